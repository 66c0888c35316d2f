using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Report;

/// <summary>
/// <c>audit.json</c>: one camelCase object. Codes, slugs and member names stay; members may be added. Paths below the data set are relative to it, with slashes, so that the same
/// data set gives the same file wherever it lies.
/// </summary>
public static class AuditJson
{
    public const string FileName = "audit.json";

    /// <summary>Raised when a member changes its meaning.</summary>
    public const int Schema = 1;

    private static readonly AuditJsonContext Lines = Context(indented: true), Line = Context(indented: false);

    /// <param name="indented">On lines of their own, for a file; otherwise on one line.</param>
    public static string Format(AuditReport report, bool indented = true) => JsonSerializer.Serialize(Of(report), (indented ? Lines : Line).AuditFile) + (indented ? "\n" : "");

    // Paths and class names stay readable; this is no HTML.
    private static AuditJsonContext Context(bool indented)
        => new(new JsonSerializerOptions(AuditJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = indented });

    private static AuditFile Of(AuditReport report) => new(
        Schema,
        typeof(AuditJson).Assembly.GetName().Version!.ToString(3),
        report.Data,
        report.Mode.ToString().ToLowerInvariant(),
        report.Fingerprint,
        report.ContentFingerprint,
        report.Weights,
        new ImagesPart(report.Total, report.Count(SplitName.Train), report.Count(SplitName.Val), report.Count(SplitName.Test), report.ValidationMade),
        [.. report.Classes.Select(c => new ClassPart(c.Name, c.Train, c.Val, c.Test))],
        report.Refused,
        report.Verdict,
        new CountsPart(report.Findings.Count(f => f.Severity == Severity.Refusal), report.Findings.Count(f => f.Severity == Severity.Warning),
            report.Findings.Count(f => f.Severity == Severity.Advice), report.Findings.Count(f => f.Severity == Severity.Note), report.Findings.Count(f => f.Allowed)),
        [.. report.Findings.Select(finding => Of(report, finding))],
        [.. report.Checked.Select(kind => kind.Code)],
        [.. report.NotChecked.Select(part => new NotCheckedPart([.. part.Kinds.Select(kind => kind.Code)], part.Reason))]);

    private static FindingPart Of(AuditReport report, Finding finding) => new(
        finding.Kind.Code,
        finding.Kind.Slug,
        finding.Severity,
        finding.Allowed,
        finding.Kind.Title,
        finding.Summary,
        finding.Advice,
        finding.Figures.ToDictionary(figure => figure.Name, figure => figure.Value),
        [.. finding.Evidence.Select(evidence => new EvidencePart(evidence.Caption, evidence.Score, [.. evidence.Files.Select(file => Of(report, file))]))]);

    private static FilePart Of(AuditReport report, EvidenceFile file) => new(
        report.RelativePath(file.Path),
        file.Split?.ToString().ToLowerInvariant(),
        file.Label,
        file.Fix is null ? null : new FixPart(file.Fix.Action.ToString().ToLowerInvariant(), file.Fix.Label));
}

internal sealed record ImagesPart(int Total, int Train, int Val, int Test, bool ValidationMade);

internal sealed record ClassPart(string Name, int Train, int Val, int Test);

internal sealed record CountsPart(int Refusals, int Warnings, int Advice, int Notes, int Allowed);

internal sealed record FixPart(string Action, string? Label);

internal sealed record FilePart(string Path, string? Split, string? Label, FixPart? Fix);

internal sealed record EvidencePart(string Caption, double? Score, IReadOnlyList<FilePart> Files);

internal sealed record FindingPart(string Code, string Slug, Severity Severity, bool Allowed, string Title, string Summary, string Advice, IReadOnlyDictionary<string, double> Figures,
    IReadOnlyList<EvidencePart> Evidence);

internal sealed record NotCheckedPart(IReadOnlyList<string> Codes, string Reason);

internal sealed record AuditFile(int Schema, string Version, string Data, string Mode, string Fingerprint, string ContentFingerprint, string? Weights, ImagesPart Images,
    IReadOnlyList<ClassPart> Classes, bool Refused, string Verdict, CountsPart Counts, IReadOnlyList<FindingPart> Findings, IReadOnlyList<string> Checked,
    IReadOnlyList<NotCheckedPart> NotChecked);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AuditFile))]
internal sealed partial class AuditJsonContext : JsonSerializerContext;
