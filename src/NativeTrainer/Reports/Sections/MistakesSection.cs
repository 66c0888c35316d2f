using NativeTrainer.Advice.Audit;
using NativeTrainer.Html;

namespace NativeTrainer.Reports.Sections;

/// <summary>What cost most: the picture, where the network saw the class that it named and the right one, and the training pictures that it finds most alike.</summary>
internal sealed class MistakesSection(HtmlWriter html)
{
    private string? _data;

    public void Write(RunPictures pictures, RunRecord run)
    {
        _data = Directory.Exists(run.Options?.Data) ? run.Options.Data : Path.GetDirectoryName(run.Options?.Data);
        if (pictures.Mistakes.Count == 0)
        {
            html.Element("p", "lead", "There is none among the validation pictures.");
            return;
        }
        var classes = run.Predictions!.Classes;
        int wrong = run.Images.Count(image => image.Predicted != image.Label);
        html.Element("p", "lead", pictures.Mistakes.Any(m => m.OfPredicted is not null)
            ? $"{Amount.Of(pictures.Mistakes.Count)} of {Amount.Of(wrong)}, those first that it was most wrong about. The second picture shows where it saw what it said, the third where it saw what is right: red where it found most (Grad-CAM, of the last stage)."
            : $"{Amount.Of(pictures.Mistakes.Count)} of {Amount.Of(wrong)}, those first that it was most wrong about.");
        html.Line().Element("ol", "mistakes", () =>
        {
            foreach (var mistake in pictures.Mistakes) html.Line().Element("li", null, () => Mistake(mistake, classes));
        });
    }

    private void Mistake(ShownMistake mistake, IReadOnlyList<string> classes)
    {
        var image = mistake.Image;
        string truth = classes[image.Label], said = classes[image.Predicted];
        html.Element("p", "said", () =>
        {
            html.Element("b", null, () => html.Element("bdi", null, truth)).Text(" taken for ").Element("b", null, () => html.Element("bdi", null, said));
            html.Element("span", null, $"{Percent(image.Probabilities[image.Predicted])} sure; {Percent(image.Probabilities[image.Label])} for the right class");
        });
        if (mistake.Picture is not null)
        {
            html.Element("div", "shots", () =>
            {
                Shot(mistake.Picture, "the picture", $"{truth}, taken for {said}");
                Shot(mistake.OfPredicted, $"saw {said}", $"where the network saw {said}");
                Shot(mistake.OfTruth, $"saw {truth}", $"where the network saw {truth}");
            });
        }
        if (mistake.Nearest.Count > 0)
        {
            html.Element("p", "near", "Most alike in training").Element("div", "shots small", () =>
            {
                foreach (var near in mistake.Nearest) Shot(near.Picture, near.Label, $"training picture, class {near.Label}, {Cells.N(near.Cosine)} alike", near.Label == truth ? null : "other");
            });
        }
        html.Element("bdi", "path", Short(image.Path));
    }

    private void Shot(Thumbnail? picture, string caption, string alternative, string? kind = null) => html.Element("figure", kind, () =>
    {
        html.Element("span", picture?.Uri is null ? "shot none" : "shot", () =>
        {
            if (picture?.Uri is null) html.Element("span", null, picture?.Reason ?? "no picture");
            else html.Void("img", ("src", picture.Uri), ("width", $"{picture.Width}"), ("height", $"{picture.Height}"), ("alt", alternative), ("loading", "lazy"));
        });
        html.Element("figcaption", null, () => html.Element("bdi", null, caption));
    });

    private string Short(string path)
    {
        if (_data is null) return path;
        string relative = Path.GetRelativePath(_data, path);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? path : relative;
    }

    private static string Percent(float probability) => probability > 0.9995f ? "over 99.9 %" : Amount.Percent(probability);
}
