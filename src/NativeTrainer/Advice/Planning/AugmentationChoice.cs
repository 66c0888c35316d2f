using NativeTrainer.Advice.Augmentations;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Planning;

/// <summary>Tries the chosen augmentation on pictures of the data set and takes out what changes their label.</summary>
internal static class AugmentationChoice
{
    /// <param name="pictures">To look at, at most.</param>
    /// <param name="versions">Of each picture and kind, at most.</param>
    public static IReadOnlyList<AugmentationRisk> Risks(TrainingSetup setup, TrainingData data, int pictures, int versions = 2)
    {
        var augmentation = AugmentationOptions.Parse(setup.Options.Augment);
        if (pictures == 0 || AugmentationSafety.Kinds(augmentation).Count == 0) return [];
        int[] labels = [.. data.Train.Samples.Select(s => s.Label)];
        // Each class equally often, so that rare ones are judged too.
        int[] chosen = [.. new Sampler(labels, SamplingKind.Balanced, setup.Options.Seed).Order(0).Distinct().Take(pictures).Order()];
        RgbImage[] images = [.. data.Train.Epoch(chosen).SelectMany(batch => batch.Images.Take(batch.Count).Select(i => new RgbImage([.. i.Pixels], i.Width, i.Height)).ToArray())];
        using var network = new NetworkFeatures(setup.Model, data.Size, Math.Min(setup.Options.Batch, images.Length));
        return AugmentationSafety.Check(images, [.. chosen.Select(i => labels[i])], data.Classes, augmentation, network.Of, data.Size, setup.Options.Seed, versions).Risks;
    }

    /// <summary>The augmentation without the kinds at risk, and why; a choice of the user stays and is only warned about.</summary>
    public static (TrainOptions Options, IReadOnlyList<PlanChoice> Choices) Without(IReadOnlyList<AugmentationRisk> risks, TrainOptions options, IReadOnlyList<PlanChoice> choices)
    {
        var choice = choices.Single(c => c.Option == "--augment");
        if (risks.Count == 0 || choice.Given) return (options, choices);
        string safe = AugmentationOptions.Parse($"{options.Augment},{string.Join(',', risks.Select(r => AugmentationSafety.Off(r.Kind)).Distinct())}").ToString();
        string reason = $"{choice.Reason}; without {string.Join(" and ", risks.Select(r => r.Kind).Distinct())}, for {risks[0].Sentence}";
        return (options with { Augment = safe }, [.. choices.Select(c => c == choice ? choice with { Value = safe, Reason = reason } : c)]);
    }
}
