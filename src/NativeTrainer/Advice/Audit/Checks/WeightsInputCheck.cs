using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Advice.Runs.Checks;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT303: a weights file that does not say how pictures are prepared, or whose first layer meets other values than it learned from.</summary>
internal sealed class WeightsInputCheck : IAuditCheck
{
    private const int Pictures = 16;

    public IReadOnlyList<FindingKind> Kinds { get; } = [TransferKinds.Preprocessing];

    public AuditNeeds Needs => AuditNeeds.Measures | AuditNeeds.Features;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        string file = input.Features!.Weights;
        var weights = ColourInput.Of(file, ModelFile.Load(file));
        var preprocessing = weights.Spec.Preprocessing;
        int size = input.Features.Options.Size > 0 ? input.Features.Options.Size : preprocessing.Size, side = (int)Math.Round(size / preprocessing.CropRatio);
        var resizer = new Resizer(preprocessing.Interpolation == "bicubic" ? ResizeFilter.Bicubic : ResizeFilter.Bilinear);
        int[] train = input.Measured.Of(SplitName.Train);
        int count = Math.Min(Pictures, train.Length);
        var pictures = Enumerable.Range(0, count).Select(i => input.Measured.Sample(train[(int)((long)i * train.Length / count)]).Sample)
            .Select(sample => SamplePicture.Decode(sample, side)).OfType<RgbImage>().Select(picture => resizer.CentreCrop(picture, side, size));
        return PreprocessingCheck.Of(size, preprocessing, weights.Assumed, StemStatistics.Of(weights, [.. pictures])) is { } finding ? [finding] : [];
    }
}
