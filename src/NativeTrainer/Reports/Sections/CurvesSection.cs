using NativeTrainer.Advice.Audit;
using NativeTrainer.Html;
using NativeTrainer.Training;

namespace NativeTrainer.Reports.Sections;

/// <summary>Losses, accuracy and rates over the epochs, with the stages of training; the numbers folded below.</summary>
internal sealed class CurvesSection(HtmlWriter html)
{
    public void Write(RunRecord run)
    {
        var epochs = run.Epochs;
        var stages = Stages(epochs);
        double? best = run.Best?.Epoch;
        html.Element("p", "lead", $"{Amount.Of(epochs.Count, "epoch", "epochs")} in {Duration(run.Seconds)}{(best is null ? "" : $"; the broken line marks epoch {best}, the best on validation, whose weights were kept")}.");
        html.Line().Element("div", "charts", () =>
        {
            Chart("Loss", stages, best, [new("training", "var(--train)", Points(epochs, e => e.TrainLoss), "6 3"), new("validation", "var(--val)", Points(epochs, e => e.Validation.Loss))]);
            Chart("Validation accuracy", stages, best, [new("accuracy", "var(--train)", Points(epochs, e => e.Validation.Accuracy)), new("macro F1", "var(--val)", Points(epochs, e => e.Validation.MacroF1), "6 3")]);
            Chart("Highest learning rate", stages, best, [new("rate", "var(--train)", Points(epochs, e => e.LearningRates.Count == 0 ? double.NaN : e.LearningRates.Values.Max()))]);
            // On cached features an epoch takes milliseconds, and its speed says nothing.
            if (epochs[^1].Stage != "head") Chart("Images a second", stages, best, [new("images a second", "var(--train)", Points([.. epochs.Where(e => e.Stage == epochs[^1].Stage)], e => e.ImagesPerSecond))], fromZero: true);
        });
        Numbers(epochs);
    }

    /// <summary>Where each stage begins.</summary>
    internal static List<LineChartSvg.Boundary> Stages(IReadOnlyList<MetricsLine> epochs)
        => [.. epochs.Where((e, i) => i == 0 || epochs[i - 1].Stage != e.Stage).Select(e => new LineChartSvg.Boundary(e.Epoch, e.Stage))];

    internal static (double, double)[] Points(IReadOnlyList<MetricsLine> epochs, Func<MetricsLine, double> value) => [.. epochs.Select(e => ((double)e.Epoch, value(e)))];

    internal static string Duration(double seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        return time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min" : time.TotalMinutes >= 2 ? $"{(int)time.TotalMinutes} min {time.Seconds} s" : $"{Amount.Number(seconds, seconds < 10 ? "0.0" : "0")} s";
    }

    private void Chart(string title, List<LineChartSvg.Boundary> stages, double? best, IReadOnlyList<ChartLine> lines, bool fromZero = false) => html.Line().Element("figure", "panel", () =>
    {
        html.Element("figcaption", "title", title);
        new LineChartSvg(html).Write(title, lines, stages, best, fromZero);
    });

    private void Numbers(IReadOnlyList<MetricsLine> epochs) => html.Line().Element("details", null, () =>
    {
        html.Element("summary", null, "The numbers");
        Scroll.Table(html, "Figures of each epoch", () =>
        {
            html.Element("thead", null, () => html.Element("tr", null, () =>
            {
                foreach (string name in (string[])["epoch", "stage", "training loss", "validation loss", "accuracy", "macro F1", "rate", "images/s"]) html.Tag("th", [("scope", "col")], () => html.Text(name));
            }));
            html.Element("tbody", null, () =>
            {
                foreach (var e in epochs)
                {
                    html.Element("tr", e.Best ? "best" : null, () =>
                    {
                        html.Tag("th", [("scope", "row")], () => html.Text($"{e.Epoch}"));
                        string rate = e.LearningRates.Count == 0 ? "–" : Amount.Number(e.LearningRates.Values.Max(), "0.0e0");
                        foreach (string cell in (string[])[e.Stage, Cells.Value(e.TrainLoss), Cells.Value(e.Validation.Loss), Cells.Value(e.Validation.Accuracy), Cells.Value(e.Validation.MacroF1), rate, Amount.Number(e.ImagesPerSecond, "0.0")]) html.Element("td", null, cell);
                    }).Line();
                }
            });
        });
    });
}
