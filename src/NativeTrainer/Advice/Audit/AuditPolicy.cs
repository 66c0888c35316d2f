using NativeTrainer.Advice.Findings;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit;

/// <summary>What is looked for, what is let pass, and what comes first.</summary>
internal sealed class AuditPolicy
{
    private readonly IReadOnlyList<string> _only, _allow;

    /// <exception cref="UserException">A word means no kind of finding.</exception>
    public AuditPolicy(IReadOnlyList<string> only, IReadOnlyList<string> allow)
    {
        FindingCatalogue.RequireKnown("--only", only);
        FindingCatalogue.RequireKnown("--allow", allow);
        (_only, _allow) = (only, allow);
    }

    public bool LooksFor(FindingKind kind) => _only.Count == 0 || _only.Any(kind.Matches);

    /// <summary>The findings that were looked for, allowed ones marked, ordered by harm: severity, then the kind's rank, then the code.</summary>
    public IReadOnlyList<Finding> Judge(IEnumerable<Finding> findings) =>
        [.. findings.Where(finding => LooksFor(finding.Kind))
            .Select(finding => finding with { Allowed = finding.Severity > Severity.Note && _allow.Any(finding.Kind.Matches) })
            .OrderByDescending(finding => finding.Severity)
            .ThenByDescending(finding => finding.Kind.Harm)
            .ThenBy(finding => finding.Kind.Code, StringComparer.Ordinal)];
}
