using NativeTrainer.Advice.Audit;
using NativeTrainer.Evaluation;
using NativeTrainer.Html;

namespace NativeTrainer.Reports.Sections;

/// <summary>The confusion matrix, and the pairs that are mistaken most often.</summary>
internal sealed class ConfusionSection(HtmlWriter html)
{
    /// <summary>Classes that a matrix can be read with, and pairs that are listed.</summary>
    private const int MostClasses = 40, Pairs = 8;

    public void Write(ClassificationReport report)
    {
        var pairs = report.MostConfused(Pairs);
        if (pairs.Count == 0) html.Element("p", "lead", "Nothing: every validation picture is named right.");
        else html.Line().Element("ol", "pairs", () =>
        {
            int most = pairs[0].Count;
            foreach (var pair in pairs) html.Element("li", null, () =>
            {
                html.Element("span", null, () => html.Element("bdi", null, pair.Truth).Text(" taken for ").Element("bdi", null, pair.Predicted)).Element("b", null, Amount.Of(pair.Count));
                html.Tag("span", [("class", "bar"), ("aria-hidden", "true")], () => html.Tag("i", [("class", "val"), ("style", $"width:{Cells.N(100.0 * pair.Count / most)}%")], () => { }));
            });
        });
        if (report.Set.Classes.Count > MostClasses) html.Element("p", "more", $"The matrix of {Amount.Of(report.Set.Classes.Count)} classes is in confusion.csv.");
        else Matrix(report);
    }

    private void Matrix(ClassificationReport report)
    {
        html.Line().Element("p", "lead", "Rows are the right classes, columns what they were taken for; the darker, the larger the share of the row.");
        int[][] cells = report.Confusion();
        var classes = report.Set.Classes;
        Scroll.Table(html, "Confusion matrix", () =>
        {
            html.Element("thead", null, () => html.Element("tr", null, () =>
            {
                html.Tag("td", [], () => { });
                foreach (string name in classes) html.Tag("th", [("scope", "col")], () => html.Element("bdi", null, name));
            }));
            html.Element("tbody", null, () =>
            {
                for (int truth = 0; truth < classes.Count; truth++) Row(classes, cells[truth], truth);
            });
        }, classes.Count > 12 ? "matrix many" : "matrix");
    }

    private void Row(IReadOnlyList<string> classes, int[] cells, int truth) => html.Element("tr", null, () =>
    {
        html.Tag("th", [("scope", "row")], () => html.Element("bdi", null, classes[truth]));
        int all = Math.Max(cells.Sum(), 1);
        for (int c = 0; c < cells.Length; c++)
        {
            double share = cells[c] / (double)all;
            // Few mistakes of many pictures would be invisible in proportion.
            double heat = c == truth ? share : Math.Sqrt(share);
            html.Tag("td", [("class", cells[c] == 0 ? "zero" : $"{(c == truth ? "right" : "wrong")}{(heat > 0.55 ? " hot" : "")}"), ("style", cells[c] == 0 ? null : $"--heat:{Cells.N(100 * heat)}%"),
                ("title", $"{classes[truth]} taken for {classes[c]}: {cells[c]} of {all}")], () => html.Text(cells[c] == 0 ? "·" : Amount.Of(cells[c])));
        }
    }).Line();
}
