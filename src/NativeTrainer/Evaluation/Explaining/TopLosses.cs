namespace NativeTrainer.Evaluation.Explaining;

/// <summary>An image and what it cost.</summary>
/// <param name="Loss">−log of the right class's probability.</param>
public sealed record ImageLoss(PredictedImage Image, double Loss);

/// <summary>The images that a classifier is most wrong about.</summary>
public static class TopLosses
{
    /// <summary>Labelled images by falling loss; ties keep their order. Those that are right but unsure may be among them: <see cref="Mistakes"/> leaves them out.</summary>
    public static IReadOnlyList<ImageLoss> Of(IEnumerable<PredictedImage> images, int count)
        => [.. images.Where(image => image.Label >= 0).Select(image => new ImageLoss(image, -Math.Log(Math.Max(image.Probabilities[image.Label], float.Epsilon)))).OrderByDescending(image => image.Loss).Take(count)];

    /// <summary>As <see cref="Of"/>, of images that were taken for another class.</summary>
    public static IReadOnlyList<ImageLoss> Mistakes(IEnumerable<PredictedImage> images, int count) => Of(images.Where(image => image.Predicted != image.Label), count);
}
