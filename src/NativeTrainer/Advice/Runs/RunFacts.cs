using NativeTrainer.Advice.Augmentations;
using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Runs;

/// <summary>What is known of a run before its first step. What is not known is null.</summary>
internal sealed record RunFacts
{
    /// <summary>Resolved: size, rate, augmentation, batch.</summary>
    public required TrainOptions Options { get; init; }

    public required DataShape Data { get; init; }

    /// <summary>The user chose rates.</summary>
    public bool RatesGiven { get; init; }

    /// <summary>What learns, from the input to the head.</summary>
    public required IReadOnlyList<RunPart> Parts { get; init; }

    /// <summary>Of the weights file, before the options changed it; null from random weights.</summary>
    public Preprocessing? Saved { get; init; }

    /// <summary>What the weights file does not say.</summary>
    public string? Assumed { get; init; }

    /// <summary>Of the first layer on pictures of the run; null where nobody looked.</summary>
    public StemStatistics? Stem { get; init; }

    /// <summary>Of the features, where they were looked at.</summary>
    public TransferEvidence Evidence { get; init; } = new();

    /// <summary>Of the options' augmentation, measured on features; null where nobody tried.</summary>
    public IReadOnlyList<AugmentationRisk>? Risks { get; init; }

    public bool HeadOnly => Parts.All(part => part.IsHead);

    public int ImagesPerStep => Math.Min(Options.Batch, Data.TrainImages) * Options.Accumulate;

    /// <param name="ratesGiven">By the user.</param>
    public static RunFacts Of(TrainingSetup setup, DataShape data, bool ratesGiven)
        => Of(setup.Model, setup.Options, setup.Stages, data, ratesGiven) with { Saved = setup.Saved, Assumed = setup.Options.Weights is null ? null : setup.Card.Assumed };

    public static RunFacts Of(ResNet model, TrainOptions options, IReadOnlyList<TrainingStage> all, DataShape data, bool ratesGiven)
    {
        var budgets = StepBudget.Of(all, options, data.TrainImages);
        var parts = new List<RunPart>();
        foreach (string name in model.StageNames)
        {
            var own = model.Parameters.Parameters.Where(p => ParameterGroups.Matches(name, p.Name)).ToList();
            StepBudget[] stages = [.. all.Zip(budgets).Where(both => own.Any(p => both.First.Trains(p, options))).Select(both => both.Second)];
            if (stages.Length == 0) continue;
            double rate = own.Where(p => all.Any(stage => stage.Trains(p, options))).Max(p => ParameterGroups.RateOf(model, p, options));
            parts.Add(new RunPart(name, name == model.StageNames[^1], rate, stages));
        }
        return new RunFacts { Options = options, Data = data, RatesGiven = ratesGiven, Parts = parts };
    }
}
