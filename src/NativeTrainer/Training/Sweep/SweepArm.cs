using System.Globalization;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Models;

namespace NativeTrainer.Training.Sweep;

/// <summary>One way to train: a strategy at a rate.</summary>
/// <param name="Strategy">Of <see cref="SweepStrategies"/>.</param>
/// <param name="Rate">0 takes the rule's.</param>
internal sealed record SweepArm(string Strategy, float Rate)
{
    /// <summary>As in tables and folders: two-stage, or two-stage-lr0.01.</summary>
    public string Name => Rate > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Strategy}-lr{Rate:0.######}") : Strategy;

    /// <summary>Whether it works on features alone, in seconds and always to its end.</summary>
    public bool OnFeatures => Strategy is SweepStrategies.FewShot or SweepStrategies.Head;

    /// <summary>All combinations, a strategy's rates together.</summary>
    public static IReadOnlyList<SweepArm> Of(SweepOptions options)
    {
        var strategies = options.Strategies.Count > 0 ? SweepStrategies.All.Where(options.Strategies.Contains) : SweepStrategies.All;
        float[] rates = options.Rates.Count > 0 ? [.. options.Rates] : [0];
        return [.. strategies.SelectMany(strategy => strategy == SweepStrategies.FewShot ? [new SweepArm(strategy, 0)] : rates.Select(rate => new SweepArm(strategy, rate)))];
    }

    /// <summary>What <c>train</c> would run with: the arm's strategy and rate, and the rest by the rules.</summary>
    /// <param name="epochs">0 takes the rule's.</param>
    public TrainOptions Options(SweepOptions sweep, ResNet model, DataShape shape, int epochs)
    {
        var given = sweep.Given.Append("--strategy").ToHashSet();
        var options = sweep.Training with
        {
            Strategy = Strategy switch
            {
                SweepStrategies.FewShot => TrainingStrategy.FewShot,
                SweepStrategies.Head => TrainingStrategy.Head,
                SweepStrategies.Gradual => TrainingStrategy.Gradual,
                SweepStrategies.Full => TrainingStrategy.Full,
                _ => TrainingStrategy.TwoStage,
            },
            TrainOnly = Strategy == SweepStrategies.LastStage ? [model.StageNames[^2], model.StageNames[^1]] : sweep.Training.TrainOnly,
        };
        if (Rate > 0)
        {
            options = options with { LearningRate = Rate };
            given.UnionWith(["--lr", "--lr-for"]);
        }
        if (epochs > 0)
        {
            options = options with { Epochs = epochs };
            given.Add("--epochs");
        }
        options = StrategyRule.Advise(options, given, shape, new TransferEvidence()).Options;
        return Strategy == SweepStrategies.FewShot ? options with { Augment = "auto" } : options;
    }
}
