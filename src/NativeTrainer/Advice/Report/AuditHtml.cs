using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Html;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Report;

/// <summary>
/// <c>audit.html</c>: one file that needs no network and runs no script. The verdict in words first, then the findings by harm with their pictures, the classes, and what was looked for.
/// </summary>
internal sealed class AuditHtml
{
    /// <summary>Classes that are shown unfolded.</summary>
    private const int OpenClasses = 40;

    private readonly AuditReport _report;
    private readonly Thumbnails _thumbnails;
    private readonly HtmlWriter _html = new();

    private AuditHtml(AuditReport report, Thumbnails thumbnails) => (_report, _thumbnails) = (report, thumbnails);

    public static string Render(AuditReport report, Thumbnails thumbnails) => new AuditHtml(report, thumbnails).Document();

    private string Document()
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_report.Data)));
        return HtmlPage.Document($"Audit of {name}", "", null, Body(name));
    }

    private string Body(string name)
    {
        _html.Tag("body", [], () =>
        {
            _html.Tag("a", [("class", "skip"), ("href", "#findings")], () => _html.Text("Skip to the findings"));
            _html.Line().Element("div", "page", () =>
            {
                Head(name);
                _html.Line().Tag("main", [], () =>
                {
                    Findings();
                    Classes();
                    LookedFor();
                });
                Foot();
            });
        });
        return _html.ToString();
    }

    private void Head(string name) => _html.Line().Tag("header", [], () =>
    {
        _html.Element("p", "kicker", "NativeTrainer audit").Element("h1", null, () => _html.Element("bdi", null, name));
        var (tone, word) = Tone();
        _html.Line().Element("p", $"verdict {tone}", () => _html.Element("strong", null, word).Text(_report.Verdict));
        _html.Line().Element("dl", "facts", () =>
        {
            Fact("Pictures", Amount.Of(_report.Total));
            Fact("Classes", Amount.Of(_report.Classes.Count));
            Fact("To train on", Amount.Of(_report.Count(SplitName.Train)));
            Fact("To validate", Amount.Of(_report.Count(SplitName.Val)) + (_report.ValidationMade ? " (taken by seed)" : ""));
            Fact("To test", _report.Count(SplitName.Test) == 0 ? "none" : Amount.Of(_report.Count(SplitName.Test)));
        });
    });

    private (string Tone, string Word) Tone() => _report switch
    {
        { Refused: true } => ("refusal", "Refused"),
        { Marks.Count: > 0 } => ("warning", "Allowed, and marked"),
        _ when _report.CountFrom(Severity.Warning) > 0 => ("warning", "Fit, with warnings"),
        _ when _report.CountFrom(Severity.Advice) > 0 => ("advice", "Fit, with advice"),
        _ => ("good", "Fit"),
    };

    private void Fact(string name, string value) => _html.Element("div", null, () => _html.Element("dt", null, name).Element("dd", null, value));

    private void Findings() => _html.Line().Tag("section", [("id", "findings"), ("aria-labelledby", "findings-title")], () =>
    {
        _html.Tag("h2", [("id", "findings-title")], () => _html.Text(_report.Findings.Count == 0 ? "No findings" : $"{Amount.Of(_report.Findings.Count, "finding", "findings")}, the most harmful first"));
        if (_report.Findings.Count == 0) return;
        _html.Line().Element("ol", "index", () =>
        {
            for (int i = 0; i < _report.Findings.Count; i++) Entry(_report.Findings[i], i + 1);
        });
        _html.Line().Element("div", "cards", () =>
        {
            for (int i = 0; i < _report.Findings.Count; i++) new FindingCard(_report, _thumbnails, _html).Write(_report.Findings[i], i + 1);
        });
    });

    private void Entry(Finding finding, int number) => _html.Line().Element("li", FindingCard.Tone(finding), () =>
        _html.Tag("a", [("href", $"#finding-{number}")], () =>
        {
            _html.Element("span", "badge", FindingCard.Word(finding)).Element("span", "code", finding.Kind.Code);
            _html.Element("span", "say", () => _html.Text(finding.Kind.Title).Element("span", "what", finding.Summary));
        }));

    private void Classes() => _html.Line().Tag("section", [("aria-labelledby", "classes-title")], () =>
    {
        _html.Tag("h2", [("id", "classes-title")], () => _html.Text("Classes"));
        if (_report.Classes.Count <= OpenClasses) Table();
        else _html.Element("details", null, () =>
        {
            _html.Element("summary", null, $"Show all {Amount.Of(_report.Classes.Count)} classes");
            Table();
        });
    });

    private void Table() => _html.Element("div", "scroll", () => _html.Element("table", null, () =>
    {
        bool test = _report.Count(SplitName.Test) > 0;
        _html.Element("thead", null, () => _html.Element("tr", null, () =>
        {
            _html.Tag("th", [("scope", "col")], () => _html.Text("Class"));
            Column("train");
            Column("val");
            if (test) Column("test");
        }));
        int most = Math.Max(_report.Classes.Max(c => c.Total), 1);
        _html.Line().Element("tbody", null, () =>
        {
            foreach (var c in _report.Classes) Row(c, most, test);
        });
    }));

    private void Column(string part) => _html.Tag("th", [("scope", "col")], () => _html.Element("span", $"key {part}", "").Text(part));

    private void Row(AuditClass c, int most, bool test) => _html.Element("tr", null, () =>
    {
        _html.Tag("th", [("scope", "row")], () =>
        {
            _html.Element("bdi", null, c.Name);
            _html.Tag("span", [("class", "bar"), ("aria-hidden", "true")], () =>
            {
                foreach (var (part, count) in new[] { ("train", c.Train), ("val", c.Val), ("test", c.Test) })
                    if (count > 0) _html.Tag("i", [("class", part), ("style", $"width:{Amount.Number(100.0 * count / most, "0.##")}%")], () => { });
            });
        });
        _html.Element("td", null, Amount.Of(c.Train)).Element("td", null, Amount.Of(c.Val));
        if (test) _html.Element("td", null, Amount.Of(c.Test));
        _html.Line();
    });

    private void LookedFor() => _html.Line().Tag("section", [("aria-labelledby", "looked-title")], () =>
    {
        _html.Tag("h2", [("id", "looked-title")], () => _html.Text("What was looked for"));
        Kinds(_report.Checked);
        foreach (var part in _report.NotChecked)
        {
            _html.Line().Element("details", null, () =>
            {
                _html.Element("summary", null, $"Not looked for: {Amount.Of(part.Kinds.Count, "kind", "kinds")} ({part.Reason})");
                Kinds(part.Kinds);
            });
        }
    });

    private void Kinds(IReadOnlyList<FindingKind> kinds) => _html.Element("ul", "kinds", () =>
    {
        foreach (var kind in kinds) _html.Element("li", null, () => _html.Element("span", "code", kind.Code).Text($" {kind.Title}"));
    });

    private void Foot() => _html.Line().Tag("footer", [], () =>
    {
        if (_thumbnails.LeftOut > 0)
            _html.Element("p", null, $"{Amount.Pictures(_thumbnails.LeftOut)} left out to keep this file small; audit.json and audit.csv name all of them.");
        string version = typeof(AuditHtml).Assembly.GetName().Version!.ToString(3);
        _html.Element("p", null, () => _html.Text($"nativetrainer {version}, {_report.Mode.ToString().ToLowerInvariant()} audit of ").Element("bdi", "path", _report.Data)
            .Text($". Content {_report.ContentFingerprint[..16]}. The same data gives the same report."));
    });
}
