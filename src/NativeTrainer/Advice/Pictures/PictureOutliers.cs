using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Pictures;

/// <summary>What is unusual in a picture.</summary>
public enum PictureIssue
{
    Tiny,
    Dark,
    Bright,
    Blurry,

    /// <summary>One colour, or next to no structure.</summary>
    LowInformation,
    OddAspect,
    OddSize,

    /// <summary>Without colour in a set that has it.</summary>
    Gray,
}

/// <summary>A picture that is unlike the others or hardly one at all.</summary>
/// <param name="Index">Into the statistics that were given.</param>
/// <param name="Issue">What is unusual.</param>
/// <param name="Value">The figure in its own unit: short side in pixels (tiny), luma 0 to 1 (dark, bright), Laplacian variance (blurry), share of flat blocks (low
/// information), width / height (aspect), pixels (size), share of coloured pixels (gray).</param>
/// <param name="Typical">The set's median of the same figure.</param>
/// <param name="Score">Rank within the issue: robust standard deviations from the median, at most 99.</param>
/// <param name="Extreme">A picture in which people see nothing, or one so far from all others that it is in the wrong place. The rest is worth a look.</param>
public sealed record PictureOutlier(int Index, PictureIssue Issue, double Value, double Typical, double Score, bool Extreme);

/// <summary>
/// Finds pictures whose light, sharpness or size is unlike the rest of their set. A picture is named where its figure is both beyond an absolute floor (so that a
/// good set has no "worst" ones) and far from the set's median in robust spreads (so that a set of night photos is not all dark); extremes need no comparison.
/// </summary>
public static class PictureOutliers
{
    /// <param name="statistics">Of all pictures of a set; null for files that gave none.</param>
    /// <returns>Extremes first, then by score; equal ones by index. A picture can have several issues, but the reason for others is named alone.</returns>
    public static IReadOnlyList<PictureOutlier> Find(IReadOnlyList<PictureStatistics?> statistics)
    {
        var set = statistics.Select((s, i) => (Statistics: s, Index: i)).Where(s => s.Statistics is not null).Select(s => (s.Statistics!, s.Index)).ToList();
        if (set.Count == 0) return [];
        var found = new List<PictureOutlier>();
        var typical = new TypicalPicture([.. set.Select(s => s.Item1)]);
        foreach (var (picture, index) in set) found.AddRange(typical.Judge(picture, index));
        return [.. found.OrderByDescending(o => o.Extreme).ThenByDescending(o => o.Score).ThenBy(o => o.Index)];
    }
}
