using System.Text;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Evaluation;
using NativeTrainer.Html;
using NativeTrainer.Imaging;
using NativeTrainer.Reports.Sections;
using NativeTrainer.Training;

namespace NativeTrainer.Reports;

/// <summary><c>compare.html</c>: runs side by side in one file that asks nothing of a network and runs no script.</summary>
public sealed class ComparisonPage
{
    public const string FileName = "compare.html";

    private static readonly string[] Dashes = ["", "7 3", "2 3", "9 3 2 3", "4 2", "12 4"];

    private readonly RunComparison _comparison;
    private readonly HtmlWriter _html = new();

    private ComparisonPage(RunComparison comparison) => _comparison = comparison;

    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write(RunComparison comparison, string path) => RunFolderFile.Replace(Path.GetFullPath(path), Encoding.UTF8.GetBytes(Render(comparison)));

    internal static string Render(RunComparison comparison)
    {
        var page = new ComparisonPage(comparison);
        page.Body();
        return HtmlPage.Document($"{comparison.Runs.Count} runs compared", RunStyle.Css, null, page._html.ToString());
    }

    private void Body() => _html.Tag("body", [], () =>
    {
        _html.Tag("a", [("class", "skip"), ("href", "#verdict")], () => _html.Text("Skip to the verdict"));
        _html.Line().Element("div", "page", () =>
        {
            _html.Tag("header", [], () =>
            {
                _html.Element("p", "kicker", "NativeTrainer compare").Element("h1", null, $"{_comparison.Runs.Count} runs");
                bool sure = _comparison.Pairs.Count > 0 && _comparison.Pairs.Where(OfLeader).All(pair => pair.Differs);
                _html.Line().Tag("div", [("class", $"verdict {(_comparison.Pairs.Count == 0 ? "warning" : sure ? "good" : "advice")}"), ("id", "verdict")], () =>
                    _html.Element("strong", null, _comparison.Pairs.Count == 0 ? "Not tested" : sure ? "More than chance" : "May be chance").Element("p", null, _comparison.Verdict));
            });
            _html.Line().Tag("main", [], () =>
            {
                Section("figures", "Figures", Figures);
                if (_comparison.Pairs.Count > 0) Section("pairs", "More than chance?", Pairs);
                if (_comparison.Runs.Any(run => run.Epochs.Count > 0)) Section("curves", "How they learned", Curves);
                Section("options", "What differs in their options", Options);
            });
            _html.Line().Tag("footer", [], Foot);
        });
    });

    private bool OfLeader(RunPair pair) => pair.First == _comparison.Leader || pair.Second == _comparison.Leader;

    private void Section(string id, string title, Action write) => _html.Line().Tag("section", [("id", id), ("aria-labelledby", $"{id}-title")], () =>
    {
        _html.Tag("h2", [("id", $"{id}-title")], () => _html.Text(title)).Line();
        write();
    });

    private void Figures() => Scroll.Table(_html, "Figures of the runs", () =>
    {
        (string Key, string Name)[] keys = [("accuracy", "Accuracy"), ("balancedAccuracy", "Balanced accuracy"), ("macroF1", "F1, macro"), ("logLoss", "Log loss"), ("ece", "Calibration error")];
        Header(["Run", .. keys.Select(k => k.Name), "Epochs", "Time"]);
        _html.Element("tbody", null, () =>
        {
            for (int i = 0; i < _comparison.Runs.Count; i++)
            {
                var (run, report) = (_comparison.Runs[i], _comparison.Reports[i]);
                _html.Element("tr", i == _comparison.Leader ? "best" : null, () =>
                {
                    _html.Tag("th", [("scope", "row")], () =>
                    {
                        Name(i);
                        var accuracy = report?["accuracy"];
                        if (accuracy is { Interval.IsDefined: true }) Whisker(accuracy);
                    });
                    foreach (var (key, _) in keys) Cell(report?.Figures.FirstOrDefault(f => f.Key == key));
                    _html.Element("td", null, run.Epochs.Count == 0 ? "–" : $"{run.Epochs.Count}").Element("td", "time", run.Epochs.Count == 0 ? "–" : CurvesSection.Duration(run.Seconds));
                }).Line();
            }
        });
    }, "classes runs");

    // Runs lie close together: the bar shows the upper half of the scale where all of them are there.
    private void Whisker(Figure accuracy)
    {
        double from = _comparison.Reports.OfType<ClassificationReport>().Min(r => r["accuracy"].Interval.Low) >= 0.5 ? 0.5 : 0;
        double At(double share) => 100 * (share - from) / (1 - from);
        _html.Tag("span", [("class", "whisker"), ("aria-hidden", "true")], () =>
        {
            _html.Tag("i", [("style", $"left:{Cells.N(At(accuracy.Interval.Low))}%;width:{Cells.N(At(accuracy.Interval.High) - At(accuracy.Interval.Low))}%")], () => { });
            _html.Tag("b", [("style", $"left:{Cells.N(At(accuracy.Value))}%")], () => { });
        });
    }

    private void Cell(Figure? figure) => _html.Element("td", null, () =>
    {
        _html.Text(figure is null ? "–" : Cells.Value(figure.Value));
        if (figure is { Interval.IsDefined: true }) _html.Element("small", null, Cells.Range(figure.Interval));
    });

    private void Pairs()
    {
        _html.Element("p", "lead", "The same pictures by two runs at a time. p is McNemar's exact test of which is right more often, corrected for the number of pairs (Holm): below 0.05, chance would seldom do this. It says nothing of other training runs with other seeds.");
        Scroll.Table(_html, "Paired tests", () =>
        {
            Header(["Runs", "Only the first right", "Only the second right", "Difference of accuracy", "p", ""]);
            _html.Element("tbody", null, () =>
            {
                foreach (var pair in _comparison.Pairs)
                {
                    var accuracy = pair.Comparison.Figures[0];
                    _html.Element("tr", null, () =>
                    {
                        _html.Tag("th", [("scope", "row")], () =>
                        {
                            Name(pair.First);
                            _html.Text(" and ");
                            Name(pair.Second);
                        });
                        _html.Element("td", null, Amount.Of(pair.Comparison.Test.OnlyFirst)).Element("td", null, Amount.Of(pair.Comparison.Test.OnlySecond));
                        _html.Element("td", null, () =>
                        {
                            _html.Text(Amount.Number(accuracy.Difference, "+0.000;−0.000;0.000"));
                            if (accuracy.Interval.IsDefined) _html.Element("small", null, $"{Amount.Number(accuracy.Interval.Low, "+0.000;−0.000;0.000")} to {Amount.Number(accuracy.Interval.High, "+0.000;−0.000;0.000")}");
                        });
                        _html.Element("td", null, Amount.Number(pair.HolmP, "0.###")).Element("td", null, pair.Differs ? "differ" : "may be chance");
                    }).Line();
                }
            });
        }, "classes tests");
    }

    private void Curves() => _html.Element("div", "charts", () =>
    {
        Chart("Validation accuracy", e => e.Validation.Accuracy);
        Chart("Validation loss", e => e.Validation.Loss);
        Chart("Training loss", e => e.TrainLoss);
        Chart("Highest learning rate", e => e.LearningRates.Count == 0 ? double.NaN : e.LearningRates.Values.Max());
    });

    private void Chart(string title, Func<MetricsLine, double> value) => _html.Line().Element("figure", "panel", () =>
    {
        _html.Element("figcaption", "title", title);
        var lines = _comparison.Runs.Select((run, i) => new ChartLine(_comparison.Names[i], Colour(i), CurvesSection.Points(run.Epochs, value), Dashes[i % Dashes.Length] is { Length: > 0 } dash ? dash : null)).Where(line => line.Points.Count > 0);
        new LineChartSvg(_html).Write(title, [.. lines], []);
    });

    private void Options()
    {
        if (_comparison.Differences.Count == 0)
        {
            _html.Element("p", "lead", "Nothing: their options are the same.");
            return;
        }
        Scroll.Table(_html, "Options that differ", () =>
        {
            Header(["Option", .. _comparison.Names]);
            _html.Element("tbody", null, () =>
            {
                foreach (var difference in _comparison.Differences)
                {
                    _html.Element("tr", null, () =>
                    {
                        _html.Tag("th", [("scope", "row")], () => _html.Text(difference.Name));
                        foreach (string? value in difference.Values) _html.Element("td", null, () => _html.Element("bdi", null, value ?? "not known"));
                    }).Line();
                }
            });
        }, "options");
    }

    private void Header(IEnumerable<string> names) => _html.Element("thead", null, () => _html.Element("tr", null, () =>
    {
        foreach (string name in names) _html.Tag("th", [("scope", "col")], () => _html.Element("bdi", null, name));
    }));

    private void Name(int run) => _html.Tag("span", [("class", "key"), ("style", $"background:{Colour(run)}")], () => { }).Element("bdi", "run", _comparison.Names[run]);

    private static string Colour(int run) => $"var(--run-{run % 6})";

    private void Foot()
    {
        for (int i = 0; i < _comparison.Runs.Count; i++)
            foreach (string missing in _comparison.Runs[i].Missing.Where(m => !m.StartsWith(RunRecord.BestWeights, StringComparison.Ordinal))) _html.Element("p", null, $"{_comparison.Names[i]}: {missing}.");
        if (_comparison.Unpaired is { } why) _html.Element("p", null, $"Not tested against each other: {why}");
        _html.Element("p", null, "Intervals are of 95 %: of shares by Wilson's score, of others and of differences by a bootstrap stratified by class.");
        _html.Element("p", null, $"nativetrainer {typeof(ComparisonPage).Assembly.GetName().Version!.ToString(3)}: {string.Join(", ", _comparison.Runs.Select(run => run.Folder))}");
    }
}
