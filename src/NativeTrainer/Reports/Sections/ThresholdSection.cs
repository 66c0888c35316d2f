using System.Text;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Evaluation;
using NativeTrainer.Html;

namespace NativeTrainer.Reports.Sections;

/// <summary>A slider over the least probability that counts as an answer, with what is right, found and answered; and the same as a table for pages without scripts.</summary>
internal sealed class ThresholdSection(HtmlWriter html)
{
    /// <summary>Classes that can be chosen: each is two hundred numbers.</summary>
    private const int MostClasses = 200;

    // ThresholdScript draws by the same measures.
    private const double Left = 46, PerPercent = 3.84, Zero = 196, Tall = 182;

    private static readonly int[] Listed = [0, 50, 60, 70, 80, 90, 95, 99];

    public void Write(PredictionSet set)
    {
        var likeliest = ThresholdCounts.OfLikeliest(set);
        html.Element("p", "lead", "Where a wrong answer costs more than none, let it answer only when it is sure enough, and leave the rest to a person. Chosen on these pictures, a threshold looks a little better than it is.");
        html.Line().Tag("div", [("id", "chooser"), ("class", "chooser"), ("hidden", "hidden"), ("data-all", $"{set.Count}")], () => Chooser(set, likeliest));
        html.Line().Element("details", null, () =>
        {
            html.Element("summary", null, "As a table");
            Table(set, likeliest);
        });
    }

    private void Chooser(PredictionSet set, ThresholdCounts likeliest)
    {
        html.Element("div", "controls", () =>
        {
            html.Tag("label", [("for", "chooser-class")], () => html.Text("Answer with"));
            html.Tag("select", [("id", "chooser-class")], () =>
            {
                Option(likeliest);
                for (int c = 0; c < set.Classes.Count && set.Classes.Count <= MostClasses; c++) Option(ThresholdCounts.OfClass(set, c));
            });
            html.Tag("label", [("for", "chooser-threshold")], () => html.Text("when its probability is at least ").Tag("output", [("id", "chooser-value"), ("for", "chooser-threshold")], () => html.Text("50 %")));
            html.Void("input", ("id", "chooser-threshold"), ("type", "range"), ("min", "0"), ("max", "100"), ("step", "1"), ("value", "50"));
        }).Line();
        html.Element("dl", "facts", () =>
        {
            foreach (var (id, name) in ((string, string)[])[("precision", "of the answers are right (precision)"), ("recall", "of what could be found is found (recall)"), ("coverage", "of all pictures are answered (coverage)")])
                html.Element("div", null, () => html.Tag("dd", [("id", $"chooser-{id}")], () => html.Text("–")).Element("dt", null, name));
        }).Line();
        html.Tag("p", [("id", "chooser-words"), ("aria-live", "polite")], () => html.Text("–")).Line();
        html.Tag("svg", [("class", "chart wide"), ("viewBox", "0 0 440 226"), ("aria-hidden", "true")], () =>
        {
            foreach (int tick in (int[])[0, 25, 50, 75, 100])
            {
                string y = Cells.N(Zero - Tall * tick / 100);
                html.Void("line", ("class", "grid"), ("x1", Cells.N(Left)), ("x2", Cells.N(Left + 100 * PerPercent)), ("y1", y), ("y2", y));
                html.Tag("text", [("x", Cells.N(Left - 6)), ("y", Cells.N(Zero - Tall * tick / 100 + 4)), ("text-anchor", "end")], () => html.Text($"{tick} %"));
                html.Tag("text", [("x", Cells.N(Left + tick * PerPercent)), ("y", "216"), ("text-anchor", tick == 100 ? "end" : "middle")], () => html.Text($"{tick} %"));
            }
            html.Void("line", ("class", "marked"), ("id", "chooser-line"), ("x1", Cells.N(Left + 50 * PerPercent)), ("x2", Cells.N(Left + 50 * PerPercent)), ("y1", Cells.N(Zero - Tall)), ("y2", Cells.N(Zero)));
            html.Void("path", ("class", "curve"), ("id", "chooser-precision-line"), ("d", Path(likeliest.Precision)), ("style", "stroke:var(--train)"));
            html.Void("path", ("class", "curve"), ("id", "chooser-recall-line"), ("d", Path(likeliest.Recall)), ("style", "stroke:var(--val)"), ("stroke-dasharray", "6 3"));
        });
        html.Element("p", "legend", () =>
        {
            html.Element("span", null, () => html.Element("span", "key train", "").Text("precision")).Element("span", null, () => html.Element("span", "key val", "").Text("recall (broken)"));
        });
    }

    private void Option(ThresholdCounts counts) => html.Tag("option", [("data-right", string.Join(',', counts.Right)), ("data-wrong", string.Join(',', counts.Wrong)), ("data-own", $"{counts.Own}")],
        () => html.Text(counts.Name ?? "the likeliest class"));

    private void Table(PredictionSet set, ThresholdCounts counts) => Scroll.Table(html, "Answers by threshold", () =>
    {
        html.Element("thead", null, () => html.Element("tr", null, () =>
        {
            foreach (string name in (string[])["Answers from", "Right of these", "Answered", "Wrong answers"]) html.Tag("th", [("scope", "col")], () => html.Text(name));
        }));
        html.Element("tbody", null, () =>
        {
            foreach (int t in Listed)
            {
                int answers = counts.Right[t] + counts.Wrong[t];
                html.Element("tr", null, () => html.Tag("th", [("scope", "row")], () => html.Text($"{t} %"))
                    .Element("td", null, answers == 0 ? "–" : RunVerdict.Percent(counts.Precision(t))).Element("td", null, RunVerdict.Percent(answers / (double)set.Count)).Element("td", null, Amount.Of(counts.Wrong[t]))).Line();
            }
        });
    });

    private static string Path(Func<int, double> value)
    {
        var path = new StringBuilder();
        bool down = false;
        for (int t = 0; t < ThresholdCounts.Steps; t++)
        {
            double share = value(t);
            if (!double.IsNaN(share)) path.Append(down ? 'L' : 'M').Append(Cells.N(Left + PerPercent * t)).Append(' ').Append(Cells.N(Zero - Tall * share));
            down = !double.IsNaN(share);
        }
        return path.ToString();
    }
}
