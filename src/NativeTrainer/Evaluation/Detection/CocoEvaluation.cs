namespace NativeTrainer.Evaluation.Detection;

/// <summary>Objects by their area in pixels, both ends included.</summary>
public readonly record struct AreaRange(string Name, double Least, double Most)
{
    public bool Contains(double area) => area >= Least && area <= Most;
}

/// <summary>
/// Average precision and recall of boxes as COCO defines them (Lin et al., "Microsoft COCO: common objects in context", ECCV 2014; https://cocodataset.org/#detection-eval): of each category
/// and IoU threshold, the detections of all images by falling score, each matched greedily to the best object left in its image; precision, made non-increasing, at 101 recall levels.
/// Objects outside an area range, crowds and ignored ones neither count as missed nor make what is found there false. A category without counted objects is left out of means.
/// Annotations marked <c>ignore</c> are ignored like crowds but found once at most (pycocotools does not read that mark; COCO's own files have none).
/// </summary>
public sealed class CocoEvaluation
{
    public const int Recalls = 101;

    /// <summary>0.50, 0.55 … 0.95, as numpy's linspace gives them.</summary>
    public static readonly IReadOnlyList<double> Thresholds = [.. Enumerable.Range(0, 10).Select(i => i == 9 ? 0.95 : 0.5 + i * ((0.95 - 0.5) / 9))];

    public static readonly IReadOnlyList<AreaRange> Areas =
    [
        new("all", 0, 1e10), new("small", 0, 32 * 32), new("medium", 32 * 32, 96 * 96), new("large", 96 * 96, 1e10),
    ];

    /// <summary>Detections of a category in an image that count, the surest.</summary>
    public static readonly IReadOnlyList<int> MostDetections = [1, 10, 100];

    private readonly CategoryFigures[] _categories;

    private CocoEvaluation(DetectionTruth truth, CategoryFigures[] categories) => (Truth, _categories) = (truth, categories);

    public DetectionTruth Truth { get; }

    /// <param name="threads">0 takes all processors; the result does not depend on them.</param>
    public static CocoEvaluation Of(DetectionTruth truth, IReadOnlyList<DetectedBox> detections, int threads = 0)
    {
        var objects = truth.Boxes.GroupBy(b => b.Category).ToDictionary(g => g.Key, g => g.ToArray());
        var found = detections.GroupBy(d => d.Category).ToDictionary(g => g.Key, g => g.ToArray());
        var categories = new CategoryFigures[truth.Categories.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount };
        Parallel.For(0, categories.Length, options, k => categories[k] = CategoryMatching.Evaluate(objects.GetValueOrDefault(k, []), found.GetValueOrDefault(k, [])));
        return new CocoEvaluation(truth, categories);
    }

    /// <summary>Mean over categories and thresholds; NaN where no category has a counted object.</summary>
    /// <param name="threshold">Index of an IoU threshold; null takes all.</param>
    /// <param name="area">Index of an area range.</param>
    /// <param name="most">Index of a limit of detections.</param>
    public double AveragePrecision(int? threshold = null, int area = 0, int most = 2) => Mean(threshold, c => c.Objects[area] > 0, (c, t) => c.Precision[t, area, most]);

    /// <summary>Mean of the largest recall over categories and thresholds; NaN where no category has a counted object.</summary>
    public double AverageRecall(int? threshold = null, int area = 0, int most = 2) => Mean(threshold, c => c.Objects[area] > 0, (c, t) => c.Recall[t, area, most]);

    /// <summary>Objects of a category that count.</summary>
    public int Objects(int category) => _categories[category].Objects[0];

    /// <summary>AP of one category over the thresholds; NaN where it has no counted object.</summary>
    public double CategoryPrecision(int category, int? threshold = null) => _categories[category].Objects[0] == 0 ? double.NaN
        : threshold is { } t ? _categories[category].Precision[t, 0, 2] : Enumerable.Range(0, Thresholds.Count).Average(i => _categories[category].Precision[i, 0, 2]);

    /// <summary>Precision of a category at recall 0, 0.01 … 1, for objects of any size; empty where it has no counted object.</summary>
    public IReadOnlyList<double> Curve(int category, int threshold) => _categories[category].Objects[0] == 0 ? [] : _categories[category].Curves[threshold];

    private double Mean(int? threshold, Func<CategoryFigures, bool> counts, Func<CategoryFigures, int, double> figure)
    {
        double sum = 0;
        int parts = 0;
        foreach (var category in _categories.Where(counts))
        {
            for (int t = threshold ?? 0; t < (threshold + 1 ?? Thresholds.Count); t++)
            {
                sum += figure(category, t);
                parts++;
            }
        }
        return sum / parts;
    }
}

/// <summary>Of one category.</summary>
/// <param name="Objects">Counted ones by area range.</param>
/// <param name="Precision">[threshold, area, limit]: mean over the recall levels.</param>
/// <param name="Recall">[threshold, area, limit]: at the last detection.</param>
/// <param name="Curves">By threshold, of all areas and the largest limit.</param>
internal sealed record CategoryFigures(int[] Objects, double[,,] Precision, double[,,] Recall, double[][] Curves);
