using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Augmentations;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Runs.Checks;

/// <summary>NT405: layers below the head learn from the same pixels in every epoch, and there are few pictures.</summary>
internal sealed class NoAugmentationCheck : IRunCheck
{
    /// <summary>Training pictures a class below which it is said: of pretrained layers, and of layers that start at random.</summary>
    private const double Few = 200, FewFromScratch = 1000;

    public FindingKind[] Kinds { get; } = [TrainingKinds.NoAugmentation];

    public IEnumerable<Finding> Run(RunFacts run)
    {
        double perClass = run.Data.ImagesPerClass;
        bool scratch = run.Options.Weights is null;
        if (run.HeadOnly || perClass >= (scratch ? FewFromScratch : Few) || Varies(AugmentationOptions.Parse(run.Options.Augment))) yield break;
        var (preset, reason) = AugmentationStrength.For(perClass, headOnly: false, scratch);
        int epochs = run.Parts.Where(part => !part.IsHead).Max(part => part.Stages.Sum(stage => stage.Epochs));
        yield return new Finding
        {
            Kind = TrainingKinds.NoAugmentation,
            Severity = Severity.Advice,
            Summary = $"Layers of the backbone see the same pixels of {Amount.Number(perClass, "0")} pictures a class {Amount.Of(epochs, "time", "times")} (--augment {run.Options.Augment}).",
            Advice = $"Give --augment {preset}: {reason}. 'nativetrainer augment-preview' shows it on your pictures.",
            Figures = [new("imagesPerClass", perClass), new("epochs", epochs), new("threshold", scratch ? FewFromScratch : Few)],
        };
    }

    private static bool Varies(AugmentationOptions options)
        => AugmentationSafety.Kinds(options).Count > 0 || options.Erase > 0 || options.Mixup > 0 || options.CutMix > 0;
}
