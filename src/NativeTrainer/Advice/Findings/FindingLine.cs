namespace NativeTrainer.Advice.Findings;

/// <summary>A finding without its pictures, as the JSON of plans and results has it.</summary>
public sealed record FindingLine(string Code, string Slug, Severity Severity, bool Allowed, string Summary, string Advice, IReadOnlyDictionary<string, double> Figures)
{
    public static FindingLine Of(Finding finding) => new(finding.Kind.Code, finding.Kind.Slug, finding.Severity, finding.Allowed, finding.Summary, finding.Advice,
        finding.Figures.ToDictionary(figure => figure.Name, figure => figure.Value));
}
