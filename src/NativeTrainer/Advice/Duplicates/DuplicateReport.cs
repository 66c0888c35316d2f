using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Duplicates;

/// <summary>How two pictures are the same.</summary>
public enum DuplicateKind
{
    /// <summary>The files are equal byte by byte.</summary>
    SameFile,

    /// <summary>The files differ, every pixel is equal.</summary>
    SamePixels,

    /// <summary>One is the other in another size, quality or light, cropped or slightly turned; or a shot of the same scene a moment later.</summary>
    Near,

    /// <summary>As <see cref="Near"/>, with left and right exchanged.</summary>
    Mirrored,
}

/// <summary>Two pictures that show the same, with the evidence.</summary>
/// <param name="First">Index of a picture, lower than <paramref name="Second"/>.</param>
/// <param name="Kind">How they are the same.</param>
/// <param name="Detail">Correlation of edges and texture where one is laid upon the other, up to 1; this decides.</param>
/// <param name="Correlation">The same of the gray values.</param>
/// <param name="HashDistance">Bits of 128 in which the perceptual hashes differ, of the second mirrored where they are.</param>
/// <param name="FeatureCosine">Of the features less their mean, −1 to 1; null without features.</param>
public sealed record DuplicatePair(int First, int Second, DuplicateKind Kind, float Detail, float Correlation, int HashDistance, float? FeatureCosine)
{
    public SplitName FirstSplit { get; init; }

    public SplitName SecondSplit { get; init; }

    /// <summary>The labels differ: one of them is wrong, or both are right and the picture shows both.</summary>
    public bool LabelsDiffer { get; init; }

    /// <summary>A leak: what is measured with was trained on.</summary>
    public bool AcrossSplits => FirstSplit != SecondSplit;
}

/// <summary>Pictures that show one scene, in ascending order: linked by pairs, directly or through others.</summary>
/// <param name="Members">Indices of two or more pictures.</param>
/// <param name="Straddles">They lie in more than one split.</param>
/// <param name="LabelsDiffer">They have more than one label.</param>
public sealed record DuplicateGroup(IReadOnlyList<int> Members, bool Straddles, bool LabelsDiffer);

/// <summary>How many scenes the pictures of a class show.</summary>
public readonly record struct SceneCount(int Label, int Pictures, int Scenes);

/// <summary>What <see cref="DuplicateFinder"/> found.</summary>
public sealed class DuplicateReport
{
    /// <summary>In order of the first, then of the second picture. Of equal files, each is paired with the first of them in each split and label.</summary>
    public required IReadOnlyList<DuplicatePair> Pairs { get; init; }

    /// <summary>In order of their first members.</summary>
    public required IReadOnlyList<DuplicateGroup> Groups { get; init; }

    /// <summary>Per class, ascending.</summary>
    public required IReadOnlyList<SceneCount> Scenes { get; init; }

    /// <summary>Least <see cref="DuplicatePair.Detail"/> that counted in this data set: higher where pictures of different classes look alike.</summary>
    public required float Threshold { get; init; }

    /// <summary>Look-alikes that were not believed as they alone tied two scenes together.</summary>
    public required int LinksDropped { get; init; }

    /// <summary>Pairs that were laid upon each other.</summary>
    public required int PairsCompared { get; init; }

    /// <summary>Pairs across splits.</summary>
    public IEnumerable<DuplicatePair> Leaks => Pairs.Where(p => p.AcrossSplits);

    /// <summary>Pairs whose labels differ.</summary>
    public IEnumerable<DuplicatePair> Conflicts => Pairs.Where(p => p.LabelsDiffer);
}

/// <summary>How copies are looked for.</summary>
public sealed record DuplicateOptions
{
    /// <summary>At least 1. The result does not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Least <see cref="DuplicatePair.Detail"/> of a pair, above 0 to 1; the data set's own look-alikes of different classes can raise it.</summary>
    public float LeastDetail { get; init; } = DuplicateThreshold.Usual;

    /// <summary>Gives the pixels of a picture, to compare two that look exactly alike; null reads their files.</summary>
    public Func<int, RgbImage?>? Decode { get; init; }
}
