using NativeTrainer.Evaluation.MultiLabel;

namespace NativeTrainer.Evaluation;

/// <summary>Figures of one class.</summary>
/// <param name="Name">The class's label.</param>
/// <param name="Count">Images of the class.</param>
/// <param name="Precision">Right among those predicted as this class; 0 where none was.</param>
/// <param name="Recall">Found among those of this class; NaN where there is none.</param>
/// <param name="F1">Harmonic mean of precision and recall; 0 where both are 0.</param>
public sealed record ClassFigures(string Name, int Count, double Precision, double Recall, double F1);

/// <summary>Images of one class that were taken for another.</summary>
public sealed record Confused(string Truth, string Predicted, int Count);

/// <summary>
/// Figures of a classifier on a set of images. Where <see cref="Labels"/> is there, an image has none or several labels: accuracy is then the share of images right in every label, balanced
/// accuracy the mean recall of labels, the loss the sum over labels of a binary cross entropy, top-5 undefined, and nothing is confused with something.
/// </summary>
public sealed record ClassificationMetrics
{
    public required int Count { get; init; }

    /// <summary>Share of images whose highest-scored class is right (ties go to the lower index).</summary>
    public required double Accuracy { get; init; }

    /// <summary>Share of images whose class is among the five highest; 1 for five classes or fewer, NaN of several labels.</summary>
    public required double Top5 { get; init; }

    /// <summary>Mean of −log p of the right class.</summary>
    public required double Loss { get; init; }

    /// <summary>Mean recall over the classes that occur.</summary>
    public required double BalancedAccuracy { get; init; }

    /// <summary>Mean F1 over the classes that occur or were predicted.</summary>
    public required double MacroF1 { get; init; }

    public required IReadOnlyList<ClassFigures> PerClass { get; init; }

    /// <summary>What only labels that do not exclude each other have; null of single labels.</summary>
    public LabelSummary? Labels { get; init; }

    /// <summary>What always answering the class that most of these images have would score.</summary>
    public MajorityBaseline Baseline => Labels?.Baseline ?? MajorityBaseline.Of([.. PerClass.Select(c => c.Count)], [.. PerClass.Select(c => c.Name)]);

    /// <summary>Confusion[truth][predicted], in images; empty of several labels.</summary>
    public required int[][] Confusion { get; init; }

    /// <param name="probabilities">(images, classes), row-major; each row sums to 1.</param>
    /// <param name="labels">Right class of each image.</param>
    /// <param name="classes">Names of the classes.</param>
    public static ClassificationMetrics Compute(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> labels, IReadOnlyList<string> classes)
    {
        int k = classes.Count;
        if (labels.Length == 0) throw new ArgumentException("there are no images to evaluate");
        if (probabilities.Length != labels.Length * k)
            throw new ArgumentException($"{probabilities.Length} probabilities against {labels.Length} images of {k} classes");
        var confusion = Enumerable.Range(0, k).Select(_ => new int[k]).ToArray();
        int top5 = 0;
        double loss = 0;
        for (int n = 0; n < labels.Length; n++)
        {
            var row = probabilities.Slice(n * k, k);
            int label = labels[n], best = 0, above = 0;
            for (int c = 0; c < k; c++)
            {
                if (row[c] > row[best]) best = c;
                if (row[c] > row[label] || (row[c] == row[label] && c < label)) above++;
            }
            confusion[label][best]++;
            if (above < 5) top5++;
            loss -= Math.Log(Math.Max(row[label], float.Epsilon));
        }
        var perClass = Enumerable.Range(0, k).Select(c => Figures(confusion, c, classes[c])).ToArray();
        var seen = perClass.Where(c => c.Count > 0).ToArray();
        return new ClassificationMetrics
        {
            Count = labels.Length,
            Accuracy = Enumerable.Range(0, k).Sum(c => confusion[c][c]) / (double)labels.Length,
            Top5 = top5 / (double)labels.Length,
            Loss = loss / labels.Length,
            BalancedAccuracy = seen.Average(c => c.Recall),
            MacroF1 = perClass.Where((c, i) => c.Count > 0 || confusion.Any(row => row[i] > 0)).Average(c => c.F1),
            PerClass = perClass,
            Confusion = confusion,
        };
    }

    /// <summary>Pairs of truth and prediction that are mistaken most often, most first; ties go to the lower class.</summary>
    public IReadOnlyList<Confused> MostConfused(int count) =>
        [.. Enumerable.Range(0, Confusion.Length)
            .SelectMany(truth => Enumerable.Range(0, Confusion.Length).Where(predicted => predicted != truth)
                .Select(predicted => new Confused(PerClass[truth].Name, PerClass[predicted].Name, Confusion[truth][predicted])))
            .Where(pair => pair.Count > 0)
            .OrderByDescending(pair => pair.Count)
            .Take(count)];

    private static ClassFigures Figures(int[][] confusion, int c, string name)
    {
        int right = confusion[c][c], count = confusion[c].Sum(), predicted = confusion.Sum(row => row[c]);
        double precision = predicted == 0 ? 0 : right / (double)predicted;
        double recall = count == 0 ? double.NaN : right / (double)count;
        double f1 = count + predicted == 0 ? 0 : 2.0 * right / (count + predicted);
        return new ClassFigures(name, count, precision, recall, f1);
    }
}
