using NativeTrainer.Advice.Findings;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit;

/// <summary>Pictures of a class in each part, as listed; those that do not decode are among them.</summary>
public sealed record AuditClass(string Name, int Train, int Val, int Test)
{
    public int Total => Train + Val + Test;
}

/// <summary>Kinds that nobody looked for.</summary>
/// <param name="Reason">A phrase: what would be needed.</param>
public sealed record NotChecked(IReadOnlyList<FindingKind> Kinds, string Reason);

/// <summary>What an audit found.</summary>
public sealed record AuditReport
{
    /// <summary>As the user named it.</summary>
    public required string Data { get; init; }

    /// <summary>The folder below which <see cref="RelativePath"/> shortens paths.</summary>
    public required string Root { get; init; }

    public required AuditMode Mode { get; init; }

    /// <summary>Of names, labels and parts; see <see cref="DatasetIndex.Fingerprint"/>.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>SHA-256 over the SHA-256 of every file, in the order of the data set: changes with a single pixel.</summary>
    public required string ContentFingerprint { get; init; }

    /// <summary>The weights that gave features; null where no check used any.</summary>
    public string? Weights { get; init; }

    /// <summary>The validation part was taken from the training part by seed.</summary>
    public required bool ValidationMade { get; init; }

    public required IReadOnlyList<AuditClass> Classes { get; init; }

    /// <summary>Ordered by harm.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>Kinds that were looked for.</summary>
    public required IReadOnlyList<FindingKind> Checked { get; init; }

    public required IReadOnlyList<NotChecked> NotChecked { get; init; }

    public int Count(SplitName split) => Classes.Sum(c => split switch { SplitName.Train => c.Train, SplitName.Val => c.Val, _ => c.Test });

    public int Total => Classes.Sum(c => c.Total);

    /// <summary>The findings that stop a training.</summary>
    public IEnumerable<Finding> Refusals => Findings.Where(finding => finding is { Severity: Severity.Refusal, Allowed: false });

    public bool Refused => Refusals.Any();

    /// <summary>Refusals that were allowed by name: they mark every result of a run, each as code and slug.</summary>
    public IReadOnlyList<string> Marks => [.. Findings.Where(finding => finding is { Severity: Severity.Refusal, Allowed: true }).Select(finding => finding.Kind.ToString()).Distinct()];

    /// <summary>Findings of at least a severity that are not allowed.</summary>
    public int CountFrom(Severity severity) => Findings.Count(finding => finding.Severity >= severity && !finding.Allowed);

    /// <summary>The path below <see cref="Root"/> with slashes, or as it is where it lies elsewhere.</summary>
    public string RelativePath(string path)
    {
        string relative = Path.GetRelativePath(Root, path);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? path : relative.Replace('\\', '/');
    }

    /// <summary>The report in one or two sentences.</summary>
    public string Verdict => AuditVerdict.Of(this);
}
