using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Findings;

/// <summary>A number with its name: lowerCamelCase, unit in the name where it has one (<c>halfWidth</c>, <c>trainImages</c>, <c>seconds</c>).</summary>
public sealed record Figure(string Name, double Value);

/// <summary>What <c>audit.csv</c> proposes for a picture.</summary>
/// <param name="Label">The better label, where there is one.</param>
public sealed record SuggestedFix(FixAction Action, string? Label = null);

/// <summary>A picture that shows a finding.</summary>
/// <param name="Path">Full path, or the name that messages use of a picture without a file.</param>
public sealed record EvidenceFile(string Path)
{
    /// <summary>The part that holds it; null for pictures outside the data set.</summary>
    public SplitName? Split { get; init; }

    /// <summary>Its class in the data set; null for pictures outside it.</summary>
    public string? Label { get; init; }

    /// <summary>The picture where it is not in a file of its own; null decodes <see cref="Path"/>.</summary>
    public RgbImage? Pixels { get; init; }

    /// <summary>The part of the file that is the sample; null is all of it.</summary>
    public PixelRegion? Crop { get; init; }

    /// <summary>Null where the picture itself has nothing to change.</summary>
    public SuggestedFix? Fix { get; init; }
}

/// <summary>One picture, or pictures that belong together such as a leaking pair, with what was measured.</summary>
/// <param name="Files">One or more; reports show them side by side.</param>
/// <param name="Caption">A phrase, such as <c>the same bytes</c>.</param>
/// <param name="Score">The measurement by which evidence is ranked, where there is one; its meaning is in the kind's page.</param>
public sealed record Evidence(IReadOnlyList<EvidenceFile> Files, string Caption, double? Score = null);

/// <summary>Something about the data or the options that a person should know before a run.</summary>
public sealed record Finding
{
    public required FindingKind Kind { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>One sentence with its numbers.</summary>
    public required string Summary { get; init; }

    /// <summary>The next step: one or two sentences, with the command where there is one.</summary>
    public required string Advice { get; init; }

    /// <summary>The numbers of the summary and those behind it, names unique. All are finite.</summary>
    public IReadOnlyList<Figure> Figures { get; init; } = [];

    /// <summary>All of it, the plainest first; reports show what fits.</summary>
    public IReadOnlyList<Evidence> Evidence { get; init; } = [];

    /// <summary>Named by <c>--allow</c>: it neither refuses nor fails, and marks every result.</summary>
    public bool Allowed { get; init; }
}
