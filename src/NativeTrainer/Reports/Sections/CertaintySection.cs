using NativeTrainer.Advice.Audit;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Html;

namespace NativeTrainer.Reports.Sections;

/// <summary>The reliability diagram, and what a temperature would do.</summary>
internal sealed class CertaintySection(HtmlWriter html)
{
    private const double Width = 440, Height = 330, Left = 46, Right = 10, Top = 10, Bottom = 92, CountsTop = 272, CountsBottom = 314;

    public void Write(ClassificationReport report)
    {
        var diagram = report.Reliability!;
        html.Line().Element("div", "charts", () =>
        {
            html.Element("figure", "panel", () =>
            {
                html.Element("figcaption", "title", "Right as often as it says, by how sure it is");
                Diagram(diagram);
            });
            html.Element("div", "aside", () =>
            {
                html.Element("p", null, Told(diagram)).Line();
                Temperature(report.Set);
                html.Element("p", "more", "Each dot is a group of pictures that the network was about equally sure of; the whisker is its 95 % interval, the dashed line where a network lies that knows itself. Below: how many pictures each group has.");
            });
        });
    }

    private static string Told(ReliabilityDiagram diagram)
    {
        double sure = diagram.Bins.Where(b => b.Count > 0).Sum(b => b.Count * b.Confidence), right = diagram.Bins.Where(b => b.Count > 0).Sum(b => b.Count * b.Accuracy), all = diagram.Bins.Sum(b => b.Count);
        double gap = 100 * (sure - right) / all;
        string side = Math.Abs(gap) < 1 ? "as sure as it is right, on average" : gap > 0 ? $"surer than it is right, by {Amount.Number(gap, "0.0")} points on average" : $"less sure than it is right, by {Amount.Number(-gap, "0.0")} points on average";
        return $"It is {side}. Its expected calibration error, the mean distance from the line, is {Amount.Number(diagram.ExpectedError, "0.000")}.";
    }

    private void Temperature(PredictionSet set)
    {
        if (CalibrationOutlook.Of(set) is not { } outlook)
        {
            html.Element("p", null, "Whether a temperature would help cannot be told from these pictures.");
            return;
        }
        string effect = outlook.After < outlook.Before ? $"would bring the error from {Amount.Number(outlook.Before, "0.000")} to {Amount.Number(outlook.After, "0.000")}" : $"would not help: the error would go from {Amount.Number(outlook.Before, "0.000")} to {Amount.Number(outlook.After, "0.000")}";
        html.Element("p", null, () => CommandText.Write(html, $"A temperature of {Amount.Number(outlook.Temperature, "0.00")} {effect}, measured on the half of the pictures that it was not fitted to. The command evaluate with --fit-temperature keeps one in the weights."));
    }

    private void Diagram(ReliabilityDiagram diagram)
    {
        double X(double share) => Left + share * (Width - Left - Right);
        double Y(double share) => Height - Bottom - share * (Height - Top - Bottom);
        int most = Math.Max(diagram.Bins.Max(b => b.Count), 1);
        string said = string.Join("; ", diagram.Bins.Where(b => b.Count > 0).Select(b => $"{Cells.N(b.Confidence)} sure, {Cells.N(b.Accuracy)} right of {b.Count}"));
        html.Tag("svg", [("class", "chart"), ("viewBox", $"0 0 {Cells.N(Width)} {Cells.N(Height)}"), ("role", "img"), ("aria-label", $"Reliability diagram: {said}")], () =>
        {
            foreach (double tick in (double[])[0, 0.25, 0.5, 0.75, 1])
            {
                Line("grid", Left, Y(tick), Width - Right, Y(tick));
                Label("end", Left - 6, Y(tick) + 4, $"{Cells.N(100 * tick)} %");
                Label(tick == 1 ? "end" : tick == 0 ? "start" : "middle", tick == 1 ? Width - Right : X(tick), Height - Bottom + 19, $"{Cells.N(100 * tick)} %");
            }
            Line("ideal", X(0), Y(0), X(1), Y(1));
            foreach (var bin in diagram.Bins.Where(b => b.Count > 0))
            {
                double x = X(bin.Confidence);
                Line("error", x, Y(bin.Interval.Low), x, Y(bin.Interval.High));
                html.Void("circle", ("class", "dot"), ("cx", Cells.N(x)), ("cy", Cells.N(Y(bin.Accuracy))), ("r", "4"));
                double height = (CountsBottom - CountsTop) * bin.Count / most;
                html.Void("rect", ("class", "count"), ("x", Cells.N(X(bin.Low) + 1)), ("y", Cells.N(CountsBottom - height)), ("width", Cells.N(Math.Max(X(bin.High) - X(bin.Low) - 2, 1))), ("height", Cells.N(Math.Max(height, 1))));
            }
            Line("grid", Left, CountsBottom, Width - Right, CountsBottom);
            Label("end", Left - 6, CountsTop + 10, Amount.Of(most));
        });
    }

    private void Line(string kind, double x1, double y1, double x2, double y2) => html.Void("line", ("class", kind), ("x1", Cells.N(x1)), ("y1", Cells.N(y1)), ("x2", Cells.N(x2)), ("y2", Cells.N(y2)));

    private void Label(string anchor, double x, double y, string text) => html.Tag("text", [("x", Cells.N(x)), ("y", Cells.N(y)), ("text-anchor", anchor)], () => html.Text(text));
}
