namespace NativeTrainer.Imaging;

/// <summary>One labelled picture.</summary>
/// <param name="Path">Full path of the file; for pictures without a file, the name that messages use.</param>
/// <param name="Label">Index into the class names. Of several labels, the one that fewest pictures have; −1 where there is none.</param>
/// <param name="Group">Pictures of one group (a patient, a video) stay in one split; null is a group of its own.</param>
public sealed record Sample(string Path, int Label, string? Group = null)
{
    /// <summary>The picture itself where it is not in a file of its own; null decodes <see cref="Path"/>.</summary>
    public RgbImage? Pixels { get; init; }

    /// <summary>All labels of the picture, rising indices into the class names, where it may have none or several; null where it has the one.</summary>
    public IReadOnlyList<int>? Labels { get; init; }

    /// <summary>The part of the upright picture that the sample is; null is all of it.</summary>
    public PixelRegion? Crop { get; init; }

    /// <summary>The labels, be it the one.</summary>
    public IReadOnlyList<int> AllLabels => Labels ?? [Label];

    /// <summary>What a division keeps the shares of: the label, or one more than the last for pictures without.</summary>
    internal int Stratum(int classes) => Label < 0 ? classes : Label;
}

/// <summary>A part of a data set.</summary>
public enum SplitName
{
    Train,
    Val,
    Test,
}
