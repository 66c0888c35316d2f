using System.Text;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Imaging;
using NativeTrainer.Weights;

namespace NativeTrainer.Evaluation;

/// <summary>The curves of a classifier as CSV: each class against the rest, and the reliability diagram.</summary>
public static class CurveTables
{
    /// <summary>Writes roc.csv, precision-recall.csv and reliability.csv.</summary>
    /// <param name="source">What the predictions are from, for messages.</param>
    /// <exception cref="UserException">There are no probabilities, or the folder cannot be written.</exception>
    public static void Save(string folder, string source, PredictionSet set)
    {
        if (set.Probabilities is not { } probabilities) throw new UserException($"{source}: has no probabilities, and curves need them. Give one column for each class.");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: cannot be made ({error.Message.TrimEnd('.')})", error);
        }
        var ranks = OneVersusRest.Of(probabilities, set.Labels, set.Classes.Count);
        Write("roc.csv", Roc(ranks, set.Classes));
        Write("precision-recall.csv", PrecisionRecall(ranks, set.Classes));
        Write("reliability.csv", Reliability(ReliabilityDiagram.Of(probabilities, set.Labels, set.Classes.Count)));
        void Write(string name, string text) => AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>class,threshold,false_positive_rate,true_positive_rate; a class without a curve has no line.</summary>
    public static string Roc(OneVersusRest ranks, IReadOnlyList<string> classes)
    {
        var csv = new StringBuilder("class,threshold,false_positive_rate,true_positive_rate\n");
        for (int c = 0; c < classes.Count; c++)
            foreach (var point in ranks.Ranking(c).Roc()) csv.Append(CsvLine.Of(classes[c], point.Threshold, point.FalsePositiveRate, point.TruePositiveRate));
        return csv.ToString();
    }

    /// <summary>class,threshold,recall,precision; a class without a curve has no line.</summary>
    public static string PrecisionRecall(OneVersusRest ranks, IReadOnlyList<string> classes)
    {
        var csv = new StringBuilder("class,threshold,recall,precision\n");
        for (int c = 0; c < classes.Count; c++)
            foreach (var point in ranks.Ranking(c).PrecisionRecall()) csv.Append(CsvLine.Of(classes[c], point.Threshold, point.Recall, point.Precision));
        return csv.ToString();
    }

    /// <summary>low,high,images,confidence,accuracy,accuracy_low,accuracy_high; the last four are empty where a bin is.</summary>
    public static string Reliability(ReliabilityDiagram diagram)
    {
        var csv = new StringBuilder("low,high,images,confidence,accuracy,accuracy_low,accuracy_high\n");
        foreach (var bin in diagram.Bins) csv.Append(CsvLine.Of(bin.Low, bin.High, bin.Count, bin.Confidence, bin.Accuracy, bin.Interval.Low, bin.Interval.High));
        return csv.ToString();
    }
}
