using NativeTrainer.Advice.Augmentations;
using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Advice.Planning;
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

    /// <summary>Of the features, where they were looked at.</summary>
    public TransferEvidence Evidence { get; init; } = new();

    /// <summary>Of the options' augmentation, measured on features; null where nobody tried.</summary>
    public IReadOnlyList<AugmentationRisk>? Risks { get; init; }

    public bool HeadOnly => Parts.All(part => part.IsHead);

    public int ImagesPerStep => Math.Min(Options.Batch, Data.TrainImages) * Options.Accumulate;

    /// <param name="ratesGiven">By the user.</param>
    public static RunFacts Of(TrainingSetup setup, DataShape data, bool ratesGiven)
    {
        var (options, model) = (setup.Options, setup.Model);
        var budgets = StepBudget.Of(setup.Stages, options, data.TrainImages);
        var parts = new List<RunPart>();
        foreach (string name in model.StageNames)
        {
            var own = model.Parameters.Parameters.Where(p => ParameterGroups.Matches(name, p.Name)).ToList();
            StepBudget[] stages = [.. setup.Stages.Zip(budgets).Where(both => own.Any(p => both.First.Trains(p, options))).Select(both => both.Second)];
            if (stages.Length == 0) continue;
            double rate = own.Where(p => setup.Stages.Any(stage => stage.Trains(p, options))).Max(p => ParameterGroups.RateOf(model, p, options));
            parts.Add(new RunPart(name, name == model.StageNames[^1], rate, stages));
        }
        return new RunFacts { Options = options, Data = data, RatesGiven = ratesGiven, Parts = parts, Saved = setup.Saved, Assumed = options.Weights is null ? null : setup.Card.Assumed };
    }
}
