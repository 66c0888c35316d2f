using System.Text;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Html;
using NativeTrainer.Imaging;
using NativeTrainer.Reports.Sections;
using NativeTrainer.Training;

namespace NativeTrainer.Reports;

/// <summary>
/// <c>report.html</c> of a run folder: one file that asks nothing of a network. The verdict in words first, then the figures, the worst mistakes and where the network looked, what was found
/// in the data, and how to repeat it. It reads the folder's files, so an old run has one too; what they lack is said.
/// </summary>
public sealed class RunPage
{
    public const string FileName = "report.html";

    private readonly RunRecord _run;
    private readonly ClassificationReport? _report;
    private readonly RunPictures _pictures;

    private RunPage(RunRecord run, RunPageOptions options)
    {
        (_run, options) = (run, options.For(run));
        _report = run.Predictions is { Count: > 0 } set ? ClassificationReport.Of(set, new ReportOptions { Bootstrap = new BootstrapOptions { Threads = options.Threads } }) : null;
        Verdict = RunVerdict.Of(run, _report);
        _pictures = RunPictures.Of(run, options);
    }

    /// <summary>What the page says first.</summary>
    public RunVerdict Verdict { get; }

    /// <summary>Why something is not shown.</summary>
    public IReadOnlyList<string> Notes => [.. _run.Missing, .. _pictures.Notes];

    /// <summary>Writes report.html into a run's folder.</summary>
    /// <returns>The page; its file is <c>FOLDER/report.html</c>.</returns>
    /// <exception cref="UserException">The folder holds no run, or cannot be written.</exception>
    public static RunPage Write(string folder, RunPageOptions options)
    {
        var page = new RunPage(RunRecord.Read(folder), options);
        RunFolderFile.Replace(Path.Combine(folder, FileName), Encoding.UTF8.GetBytes(page.Render()));
        return page;
    }

    internal string Render()
    {
        var html = new HtmlWriter();
        (string Id, string Title, Action<HtmlWriter> Write)[] sections = [.. Sections()];
        html.Tag("body", [], () =>
        {
            html.Tag("a", [("class", "skip"), ("href", "#verdict")], () => html.Text("Skip to the verdict"));
            html.Line().Element("div", "page", () =>
            {
                html.Tag("header", [], () => Head(html, sections));
                html.Line().Tag("main", [], () =>
                {
                    foreach (var (id, title, write) in sections)
                    {
                        html.Line().Tag("section", [("id", id), ("aria-labelledby", $"{id}-title")], () =>
                        {
                            html.Tag("h2", [("id", $"{id}-title")], () => html.Text(title)).Line();
                            write(html);
                        });
                    }
                });
                html.Line().Tag("footer", [], () => Foot(html));
            });
            if (_report?.Set.Probabilities is not null) html.Line().Script(ThresholdScript.Text);
        });
        return HtmlPage.Document($"{_run.Name}: report", RunStyle.Css, _report?.Set.Probabilities is null ? null : ThresholdScript.Text, html.ToString());
    }

    private IEnumerable<(string, string, Action<HtmlWriter>)> Sections()
    {
        if (_run.Epochs.Count > 0) yield return ("curves", "How it learned", html => new CurvesSection(html).Write(_run));
        if (_report is not null)
        {
            yield return ("classes", "Class by class", html => new ClassesSection(html).Write(_report));
            yield return ("confusion", "What is taken for what", html => new ConfusionSection(html).Write(_report));
        }
        if (_report?.Reliability is not null)
        {
            yield return ("certainty", "Does it know when it is right?", html => new CertaintySection(html).Write(_report));
            yield return ("threshold", "When should it answer?", html => new ThresholdSection(html).Write(_report.Set));
        }
        if (_run.Images.Count > 0) yield return ("mistakes", "The worst mistakes", html => new MistakesSection(html).Write(_pictures, _run));
        if (_run.Audit is not null) yield return ("findings", "What was found in the data", html => new FindingsSection(html).Write(_run.Audit));
        yield return ("settings", "Settings, and how to repeat it", html => new SettingsSection(html).Write(_run));
    }

    private void Head(HtmlWriter html, (string Id, string Title, Action<HtmlWriter> Write)[] sections)
    {
        html.Element("p", "kicker", "NativeTrainer run").Element("h1", null, () => html.Element("bdi", null, _run.Name)).Line();
        html.Tag("div", [("class", $"verdict {Verdict.Tone}"), ("id", "verdict")], () =>
        {
            html.Element("strong", null, Verdict.Word).Element("p", null, Verdict.Result);
            if (Verdict.Baselines.Count > 0) html.Element("p", "beside", string.Join(" ", Verdict.Baselines));
        });
        if (_report is not null) Figures(html, _report);
        html.Line().Element("div", "limits", () =>
        {
            if (Verdict.Limits.Count > 0)
            {
                html.Element("h2", null, "What limits it").Element("ul", null, () =>
                {
                    foreach (var limit in Verdict.Limits) html.Element("li", null, () => CommandText.Write(html, limit.Says));
                });
            }
            html.Element("p", "next", () =>
            {
                html.Element("b", null, "The next step");
                CommandText.Write(html, Verdict.Next);
            });
        });
        html.Line().Tag("nav", [("aria-label", "Parts of this page")], () =>
        {
            foreach (var (id, title, _) in sections) html.Tag("a", [("href", $"#{id}")], () => html.Text(title));
        });
    }

    private static void Figures(HtmlWriter html, ClassificationReport report) => html.Line().Element("dl", "facts", () =>
    {
        foreach (string key in (string[])["accuracy", "balancedAccuracy", "macroF1", "logLoss", "ece"])
        {
            if (report.Figures.FirstOrDefault(f => f.Key == key) is not { } figure) continue;
            html.Element("div", null, () =>
            {
                html.Element("dt", null, figure.Name).Element("dd", null, () =>
                    html.Text(Cells.Value(figure.Value)).Element("small", null, figure.Interval.IsDefined ? Cells.Range(figure.Interval) : figure.Note ?? ""));
            });
        }
    });

    private void Foot(HtmlWriter html)
    {
        foreach (string note in Notes) html.Element("p", null, () => CommandText.Write(html, note.EndsWith('.') ? note : note + "."));
        html.Element("p", null, () => html.Text("Intervals are of 95 %: of shares by Wilson's score, of others by a bootstrap stratified by class. They say how much another set of pictures of the same kind would differ, not another training run. The best epoch was chosen on these same validation pictures, which flatters it a little: measure on pictures that chose nothing."));
        html.Element("p", null, () => html.Text($"nativetrainer {typeof(RunPage).Assembly.GetName().Version!.ToString(3)}, report of ").Element("bdi", "path", _run.Folder));
    }
}
