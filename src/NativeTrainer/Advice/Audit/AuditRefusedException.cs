using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit;

/// <summary>A training that was not begun because its result would not be true; <see cref="Report"/> has the evidence. Exit code 3.</summary>
public sealed class AuditRefusedException : UserException
{
    public AuditRefusedException(AuditReport report) : base(Sentence(report))
    {
        Report = report;
        ExitCode = 3;
    }

    public AuditReport Report { get; }

    private static string Sentence(AuditReport report)
    {
        var refusals = report.Refusals.ToList();
        string groups = string.Join(',', refusals.Select(finding => finding.Kind.Group).Distinct());
        string reasons = string.Join("; ", refusals.Select(finding => $"{finding.Kind}: {finding.Summary.TrimEnd('.')}"));
        return $"{report.Data}: training was refused. {reasons}. Divide the data anew with 'nativetrainer split DATA --fix', see every pair with 'nativetrainer audit DATA', " +
            $"or train all the same and have every result marked: --allow {groups}";
    }
}
