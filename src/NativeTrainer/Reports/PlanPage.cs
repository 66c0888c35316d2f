using System.Globalization;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Html;
using NativeTrainer.Weights;

namespace NativeTrainer.Reports;

/// <summary>A plan to read and to keep: what to do, the reason of each choice, and what it takes. One file, no network, no script.</summary>
public static class PlanPage
{
    private const string Css = """

        .choices { display: grid; gap: 0; border-top: 1px solid var(--line); }
        .choices div { display: grid; grid-template-columns: 15rem 1fr; gap: .2rem 1.2rem; padding: .7rem .2rem; border-bottom: 1px solid var(--line); }
        .choices dd { overflow-wrap: anywhere; max-width: 40rem; }
        .choices .mark { margin-left: .5rem; }
        .stages { min-width: 34rem; }
        .stages th:first-child { width: 24%; }
        @media (max-width: 34rem) { .choices div { grid-template-columns: 1fr; } }

        """;

    /// <param name="path">Of the file; an old one stays until the new one is whole.</param>
    /// <param name="command">That trains as planned.</param>
    /// <exception cref="Imaging.UserException">The file cannot be written.</exception>
    public static void Write(string path, RunPlan plan, string command) => AtomicFile.Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(Render(plan, command))));

    internal static string Render(RunPlan plan, string command)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(plan.Options.Data)));
        var html = new HtmlWriter();
        html.Tag("body", [], () => html.Line().Element("div", "page", () =>
        {
            Head(html, plan, name);
            html.Line().Tag("main", [], () =>
            {
                Choices(html, plan, command);
                Needs(html, plan.Needs);
                Findings(html, plan);
            });
            html.Line().Tag("footer", [], () => html.Text("Times and memory are measured on a few steps on this machine."));
        }));
        return HtmlPage.Document($"Plan for {name}", RunStyle.Css + Css, null, html.ToString());
    }

    private static void Head(HtmlWriter html, RunPlan plan, string name) => html.Line().Tag("header", [], () =>
    {
        html.Element("p", "kicker", "NativeTrainer plan").Element("h1", null, () => html.Element("bdi", null, name));
        html.Line().Element("div", "verdict advice", () =>
        {
            html.Element("strong", null, "How to train on this");
            html.Element("p", null, Sentence($"{plan.Choices.FirstOrDefault(c => c.Option == "--strategy")?.Value ?? "as given"}, in about {Time(plan.Needs.Seconds)} on this machine."));
            if (plan.Choices.FirstOrDefault(c => c.Option == "--strategy") is { } strategy) html.Element("p", "beside", Sentence(strategy.Reason));
        });
        html.Line().Element("dl", "facts", () =>
        {
            Fact(html, "Images to learn from", Amount.Of(plan.Data.TrainImages));
            Fact(html, "Classes", Amount.Of(plan.Data.Classes.Count));
            Fact(html, "Images a class", plan.Data.TrainCounts.Min() == plan.Data.TrainCounts.Max() ? Amount.Of(plan.Data.TrainCounts[0]) : $"{Amount.Of(plan.Data.TrainCounts.Min())} to {Amount.Of(plan.Data.TrainCounts.Max())}");
            Fact(html, "To validate", Amount.Of(plan.Data.ValidationImages));
            Fact(html, "The largest class alone", Share(plan.Data.Chance));
            if (plan.Evidence.LinearProbeAccuracy is double probe) Fact(html, "Linear probe on frozen features", Share(probe));
            if (plan.Evidence.KnnAccuracy is double neighbours) Fact(html, "Nearest neighbours on frozen features", Share(neighbours));
            if (plan.Evidence.RandomNetworkAccuracy is double random) Fact(html, "The same by a random network", Share(random));
        });
    });

    private static void Choices(HtmlWriter html, RunPlan plan, string command)
    {
        html.Line().Element("h2", null, "What to do, and why");
        html.Line().Element("dl", "choices", () =>
        {
            foreach (var choice in plan.Choices)
            {
                html.Line().Element("div", null, () =>
                {
                    html.Element("dt", null, () =>
                    {
                        html.Element("code", null, $"{choice.Option} {choice.Value}");
                        if (choice.Given) html.Element("span", "mark", "yours");
                    });
                    html.Element("dd", null, () => CommandText.Write(html, Sentence(choice.Reason)));
                });
            }
        });
        html.Line().Element("h3", null, "The command");
        html.Line().Tag("pre", [("tabindex", "0"), ("aria-label", "The command that trains as planned")], () => html.Text(command));
    }

    private static void Needs(HtmlWriter html, RunNeeds needs)
    {
        html.Line().Element("h2", null, "What it takes");
        html.Line();
        Scroll.Table(html, "Stages", () =>
        {
            html.Tag("thead", [], () => html.Tag("tr", [], () =>
            {
                foreach (string title in new[] { "stage", "epochs", "steps", "learns", "an epoch", "images/s", "bound by" }) html.Tag("th", [("scope", "col")], () => html.Text(title));
            }));
            html.Tag("tbody", [], () =>
            {
                foreach (var stage in needs.Stages)
                {
                    html.Line().Tag("tr", [], () =>
                    {
                        html.Tag("th", [("scope", "row")], () => html.Text(stage.Name));
                        foreach (string cell in new[] { Amount.Of(stage.Epochs), Amount.Of(stage.Steps), Amount.Of(stage.TrainedParameters), Time(stage.SecondsPerEpoch), Number(stage.ImagesPerSecond), stage.Bound.ToString().ToLowerInvariant() })
                            html.Element("td", null, cell);
                    });
                }
            });
        }, "stages");
        html.Line().Element("dl", "facts", () =>
        {
            Fact(html, "In all", Time(needs.Seconds));
            Fact(html, "Decoding", Time(needs.DecodeSeconds));
            if (needs.FeatureSeconds > 0) Fact(html, "Features", Time(needs.FeatureSeconds));
            Fact(html, "Validation, an epoch", Time(needs.ValidationSeconds));
            Fact(html, "Memory of the network", Megabytes(needs.PeakMemoryBytes));
            Fact(html, "Decoded pictures, at most", Megabytes(needs.CacheBytes));
            Fact(html, "Disk, at most", Megabytes(needs.DiskBytes));
            Fact(html, "Network", $"{needs.Model}, {Amount.Of(needs.TotalParameters)} parameters");
            Fact(html, "Device", needs.Device);
        });
    }

    private static void Findings(HtmlWriter html, RunPlan plan)
    {
        if (plan.Findings.Count + plan.Notes.Count == 0) return;
        html.Line().Element("h2", null, "To know");
        html.Line().Element("div", "limits", () => html.Element("ul", null, () =>
        {
            foreach (var finding in plan.Findings)
                html.Line().Element("li", null, () => CommandText.Write(html, $"{finding.Kind}: {finding.Summary} {finding.Advice}"));
            foreach (string note in plan.Notes) html.Line().Element("li", null, () => CommandText.Write(html, Sentence(note)));
        }));
    }

    private static void Fact(HtmlWriter html, string name, string value) => html.Element("div", null, () => html.Element("dt", null, name).Element("dd", null, value));

    private static string Sentence(string text) => text.Length == 0 ? "" : $"{char.ToUpperInvariant(text[0])}{text[1..]}{(text[^1] is '.' or '?' or '!' ? "" : ".")}";

    private static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private static string Megabytes(long bytes) => $"{Amount.Of(bytes / 1_000_000)} MB";

    private static string Number(double value) => double.IsNaN(value) ? "–" : string.Create(CultureInfo.InvariantCulture, $"{value:0.0}");

    private static string Time(double seconds) => seconds switch
    {
        double.NaN => "–",
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60}:{(int)seconds % 60:00} minutes"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 3600}:{(int)seconds / 60 % 60:00} hours"),
    };
}
