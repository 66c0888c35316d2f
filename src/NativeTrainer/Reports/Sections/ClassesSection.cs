using NativeTrainer.Advice.Audit;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Html;

namespace NativeTrainer.Reports.Sections;

/// <summary>Precision, recall and F1 of each class with their intervals, the weakest first.</summary>
internal sealed class ClassesSection(HtmlWriter html)
{
    /// <summary>Classes that are shown unfolded.</summary>
    private const int Open = 30;

    public void Write(ClassificationReport report)
    {
        var classes = report.PerClass.OrderBy(c => c.Count == 0).ThenBy(c => c.F1).ToList();
        html.Element("p", "lead", "The weakest first. The bar is the 95 % interval of the recall, the tick the recall itself.");
        Table(classes.Take(Open), report);
        if (classes.Count <= Open) return;
        html.Line().Element("details", null, () =>
        {
            html.Element("summary", null, $"The other {Amount.Of(classes.Count - Open)} classes");
            Table(classes.Skip(Open), report);
        });
    }

    private void Table(IEnumerable<ClassReport> classes, ClassificationReport report) => Scroll.Table(html, "Figures of each class", () =>
    {
        html.Element("thead", null, () => html.Element("tr", null, () =>
        {
            foreach (string name in (string[])["Class", "Pictures", "Precision", "Recall", "F1"]) html.Tag("th", [("scope", "col")], () => html.Text(name));
        }));
        html.Element("tbody", null, () =>
        {
            foreach (var c in classes) Row(c);
        });
    }, "classes");

    private void Row(ClassReport c) => html.Element("tr", null, () =>
    {
        html.Tag("th", [("scope", "row")], () =>
        {
            html.Element("bdi", null, c.Name);
            Bar(c.Recall, c.RecallInterval);
        });
        html.Element("td", null, Amount.Of(c.Count));
        Cell(c.Precision, c.PrecisionInterval);
        Cell(c.Recall, c.RecallInterval);
        Cell(c.F1, c.F1Interval);
    }).Line();

    private void Cell(double value, Interval interval) => html.Element("td", null, () => html.Text(Cells.Value(value)).Element("small", null, Cells.Range(interval)));

    private void Bar(double value, Interval interval)
    {
        if (!interval.IsDefined) return;
        html.Tag("span", [("class", "whisker"), ("aria-hidden", "true")], () =>
        {
            html.Tag("i", [("style", $"left:{Cells.N(100 * interval.Low)}%;width:{Cells.N(100 * (interval.High - interval.Low))}%")], () => { });
            html.Tag("b", [("style", $"left:{Cells.N(100 * value)}%")], () => { });
        });
    }
}
