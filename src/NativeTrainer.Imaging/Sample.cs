namespace NativeTrainer.Imaging;

/// <summary>One labelled picture.</summary>
/// <param name="Path">Full path of the file; for pictures without a file, the name that messages use.</param>
/// <param name="Label">Index into the class names.</param>
/// <param name="Group">Pictures of one group (a patient, a video) stay in one split; null is a group of its own.</param>
public sealed record Sample(string Path, int Label, string? Group = null)
{
    /// <summary>The picture itself where it is not in a file of its own; null decodes <see cref="Path"/>.</summary>
    public RgbImage? Pixels { get; init; }

    /// <summary>The part of the upright picture that the sample is; null is all of it.</summary>
    public PixelRegion? Crop { get; init; }
}

/// <summary>A part of a data set.</summary>
public enum SplitName
{
    Train,
    Val,
    Test,
}
