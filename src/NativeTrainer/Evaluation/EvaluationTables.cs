using System.Text;
using NativeTrainer.Evaluation.MultiLabel;
using NativeTrainer.Imaging;

namespace NativeTrainer.Evaluation;

/// <summary>The results of an evaluation as CSV.</summary>
public static class EvaluationTables
{
    /// <summary>class,images,precision,recall,f1 — one line per class in the model's order; recall is empty where a class has no image.</summary>
    public static string PerClass(ClassificationMetrics metrics)
    {
        var csv = new StringBuilder("class,images,precision,recall,f1\n");
        foreach (var figures in metrics.PerClass)
            csv.Append(CsvLine.Of(figures.Name, figures.Count, figures.Precision, figures.Recall, figures.F1));
        return csv.ToString();
    }

    /// <summary>Rows are the true classes, columns the predicted ones, cells the number of images; the first column names the row.</summary>
    public static string Confusion(ClassificationMetrics metrics)
    {
        var csv = new StringBuilder(CsvLine.Of(["truth", .. metrics.PerClass.Select(c => c.Name)]));
        for (int truth = 0; truth < metrics.Confusion.Length; truth++)
            csv.Append(CsvLine.Of([metrics.PerClass[truth].Name, .. metrics.Confusion[truth].Cast<object>()]));
        return csv.ToString();
    }

    /// <summary>path,label,predicted,probability and one column of probabilities per class; the label is empty where it is unknown; of several labels path,labels,predicted and the probabilities. Crops have x,y,width,height behind the path.</summary>
    /// <param name="thresholds">Of several labels an image; null of one.</param>
    public static string Predictions(IReadOnlyList<PredictedImage> images, IReadOnlyList<string> classes, IReadOnlyList<float>? thresholds = null)
    {
        if (thresholds is not null) return LabelPredictionsCsv.Format(LabelPredictions.Of(images, classes, thresholds));
        bool cropped = images.Any(i => i.Crop is not null);
        string[] box = cropped ? ["x", "y", "width", "height"] : [];
        var csv = new StringBuilder(CsvLine.Of(["path", .. box, "label", "predicted", "probability", .. classes]));
        foreach (var image in images)
        {
            string label = image.Label < 0 ? "" : classes[image.Label];
            csv.Append(CsvLine.Of([image.Path, .. cropped ? Box(image.Crop) : [], label, classes[image.Predicted], image.Probabilities[image.Predicted], .. image.Probabilities.Cast<object>()]));
        }
        return csv.ToString();
    }

    private static object[] Box(PixelRegion? crop) => crop is { } box ? [box.X, box.Y, box.Width, box.Height] : ["", "", "", ""];
}
