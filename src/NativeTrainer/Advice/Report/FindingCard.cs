using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Html;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Report;

/// <summary>One finding as a card: what, the next step, the numbers, the pictures side by side, and its page folded below.</summary>
internal sealed class FindingCard(AuditReport report, Thumbnails thumbnails, HtmlWriter html)
{
    /// <summary>What is shown of one finding; all of it is in audit.json.</summary>
    private const int ShownEvidence = 24, ShownFiles = 4;

    public static string Tone(Finding finding) => finding.Severity.ToString().ToLowerInvariant();

    public static string Word(Finding finding) => finding.Severity.ToString();

    public void Write(Finding finding, int number)
    {
        html.Line().Tag("article", [("class", $"card {Tone(finding)}"), ("id", $"finding-{number}"), ("aria-labelledby", $"title-{number}")], () =>
        {
            html.Tag("header", [], () =>
            {
                html.Element("span", "badge", Word(finding)).Element("span", "code", finding.Kind.ToString());
                if (finding.Allowed) html.Element("span", "mark", finding.Severity == Severity.Refusal ? "allowed: every result is marked" : "allowed");
                html.Tag("h3", [("id", $"title-{number}")], () => html.Text(finding.Kind.Title));
            });
            html.Line().Element("p", "summary", finding.Summary);
            html.Line().Element("p", "next", () =>
            {
                html.Element("b", null, "Next step");
                CommandText.Write(html, finding.Advice);
            });
            Figures(finding.Figures);
            Evidence(finding.Evidence);
            About(finding.Kind);
        });
    }

    private void Figures(IReadOnlyList<Figure> figures)
    {
        if (figures.Count == 0) return;
        html.Line().Element("dl", "figures", () =>
        {
            foreach (var figure in figures) html.Element("div", null, () => html.Element("dt", null, Words(figure.Name)).Element("dd", null, Value(figure.Value)));
        });
    }

    private void Evidence(IReadOnlyList<Evidence> all)
    {
        if (all.Count == 0) return;
        bool single = all.All(evidence => evidence.Files.Count == 1);
        html.Line().Element("ul", single ? "evidence single" : "evidence", () =>
        {
            foreach (var evidence in all.Take(ShownEvidence)) html.Line().Element("li", null, () => Figure(evidence));
        });
        if (all.Count > ShownEvidence) html.Element("p", "more", $"{Amount.Of(all.Count - ShownEvidence)} more of {Amount.Of(all.Count)} are in audit.json.");
    }

    private void Figure(Evidence evidence) => html.Element("figure", null, () =>
    {
        html.Element("div", "shots", () =>
        {
            foreach (var file in evidence.Files.Take(ShownFiles)) Shot(file);
        });
        string others = evidence.Files.Count > ShownFiles ? $"; {Amount.Of(evidence.Files.Count - ShownFiles)} more" : "";
        string score = evidence.Score is double value ? $" ({Value(value)})" : "";
        html.Element("figcaption", null, $"{evidence.Caption}{score}{others}");
    });

    private void Shot(EvidenceFile file) => html.Element("div", null, () =>
    {
        string path = report.RelativePath(file.Path);
        var thumbnail = thumbnails.Of(file);
        html.Element("span", thumbnail.Uri is null ? "shot none" : "shot", () =>
        {
            if (thumbnail.Uri is null) html.Element("span", null, thumbnail.Reason);
            else html.Void("img", ("src", thumbnail.Uri), ("width", $"{thumbnail.Width}"), ("height", $"{thumbnail.Height}"), ("alt", $"{path}{(file.Label is null ? "" : $", class {file.Label}")}"));
        });
        html.Element("p", "where", () =>
        {
            html.Element("bdi", "path", path);
            string place = string.Join(" · ", new[] { file.Split?.ToString().ToLowerInvariant(), file.Label }.OfType<string>());
            if (place.Length > 0) html.Element("bdi", null, place);
            if (file.Fix is { Action: FixAction.Drop }) html.Text(" · drop?");
            else if (file.Fix is { Label: string label }) html.Text(" · or ").Element("bdi", null, label).Text("?");
        });
    });

    private void About(FindingKind kind) => html.Line().Element("details", null, () =>
    {
        html.Element("summary", null, $"About {kind.Code}: what it is, how it was found, what it costs to ignore");
        foreach (var (heading, text) in kind.Page.Paragraphs())
        {
            html.Element("h4", null, heading).Element("p", null, () => CommandText.Write(html, text));
        }
    });

    /// <summary>halfWidth → half width.</summary>
    private static string Words(string name) => string.Concat(name.Select((letter, i) => char.IsUpper(letter) && i > 0 ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));

    private static string Value(double value) => value switch
    {
        _ when value == Math.Floor(value) && Math.Abs(value) < 1e12 => Amount.Of((long)value),
        _ when Math.Abs(value) < 0.001 => Amount.Number(value, "0.0e0"),
        _ => Amount.Number(value, "0.###"),
    };
}
