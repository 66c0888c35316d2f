using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Imaging;

namespace NativeTrainer.Evaluation.Segmentation;

/// <summary>What masks to compare.</summary>
public sealed record SegmentationOptions
{
    /// <summary>Folder of PNG masks, also in folders of it.</summary>
    public required string Truth { get; init; }

    /// <summary>Folder with a mask of the same name for each of the truth.</summary>
    public required string Predictions { get; init; }

    /// <summary>The pixel value that does not count, such as 255; null counts all.</summary>
    public int? Ignored { get; init; }

    /// <summary>Names of the classes 0, 1 …; null names them by number.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    public BootstrapOptions Bootstrap { get; init; } = new();
}

/// <summary>A class of masks.</summary>
/// <param name="Interval">Of its IoU, by bootstrap over images.</param>
public sealed record MaskClass(string Name, ClassPixels Pixels, Interval Interval);

/// <summary>Figures of a folder of masks with 95 % intervals by a bootstrap that draws images, since pixels of one image are not independent.</summary>
/// <param name="Images">Masks compared.</param>
/// <param name="Classes">That truth or prediction has, by number.</param>
/// <param name="Notes">What was left out.</param>
public sealed record SegmentationReport(int Images, MaskCounts Counts, IReadOnlyList<Figure> Figures, IReadOnlyList<MaskClass> Classes, IReadOnlyList<string> Notes)
{
    private static readonly (string Key, string Name, Func<MaskCounts, double> Value)[] Measures =
    [
        ("miou", "mIoU", m => m.MeanIou),
        ("meanDice", "Dice, mean over classes", m => m.MeanDice),
        ("pixelAccuracy", "pixel accuracy", m => m.PixelAccuracy),
        ("meanAccuracy", "pixel accuracy, mean over classes", m => m.MeanAccuracy),
        ("weightedIou", "IoU, weighted by pixels", m => m.WeightedIou),
    ];

    /// <exception cref="UserException">A mask is missing, cannot be read, or does not fit its counterpart.</exception>
    public static SegmentationReport Of(SegmentationOptions options)
    {
        var (pairs, notes) = Pair(options.Truth, options.Predictions);
        var images = new MaskCounts[pairs.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Bootstrap.Threads > 0 ? options.Bootstrap.Threads : Environment.ProcessorCount };
        var failures = new UserException?[images.Length];
        Parallel.For(0, images.Length, parallel, i =>
        {
            try
            {
                images[i] = Compare(pairs[i].Truth, pairs[i].Predicted, options);
            }
            catch (UserException failure)
            {
                failures[i] = failure;
            }
        });
        // The same one whichever thread came first.
        if (failures.OfType<UserException>().FirstOrDefault() is { } first) throw first;
        return Of(images, options.Classes, options.Bootstrap) with { Notes = notes };
    }

    /// <param name="images">Counts of each.</param>
    /// <param name="names">Of the classes; null names them by number.</param>
    public static SegmentationReport Of(IReadOnlyList<MaskCounts> images, IReadOnlyList<string>? names, BootstrapOptions options)
    {
        int classes = images.Select(i => i.Classes.Count).DefaultIfEmpty(0).Max();
        var cells = images.Select(i => i.Classes.Select((pixels, c) => (Class: c, Pixels: pixels)).Where(cell => cell.Pixels.Union > 0).ToArray()).ToArray();
        MaskCounts Sum(ReadOnlySpan<int> times)
        {
            var sum = new ClassPixels[classes];
            for (int i = 0; i < cells.Length; i++)
            {
                int once = times.IsEmpty ? 1 : times[i];
                if (once == 0) continue;
                foreach (var (c, pixels) in cells[i]) sum[c] += pixels * once;
            }
            return new MaskCounts(sum);
        }

        var all = Sum([]);
        var bootstrap = images.Count == 0 ? null : Bootstrap.Run(new int[images.Count], Measures.Length + classes, (times, figures) =>
        {
            var counts = Sum(times);
            for (int m = 0; m < Measures.Length; m++) figures[m] = Measures[m].Value(counts);
            for (int c = 0; c < classes; c++) figures[Measures.Length + c] = counts.Classes[c].Iou;
        }, options);
        Interval Spread(int figure) => bootstrap?.Interval(figure) ?? Interval.Undefined;
        var figures = Measures.Select((m, i) =>
        {
            double value = m.Value(all);
            var interval = Spread(i);
            return new Figure(m.Key, m.Name, value, interval, double.IsNaN(value) ? "undefined: no pixel counts" : interval.IsDefined ? null : "no interval: every resample of the images gives the same");
        });
        var found = Enumerable.Range(0, classes).Where(c => all.Classes[c].Union > 0)
            .Select(c => new MaskClass(names is not null && c < names.Count ? names[c] : $"class {c}", all.Classes[c], Spread(Measures.Length + c)));
        return new SegmentationReport(images.Count, all, [.. figures], [.. found], []);
    }

    private static MaskCounts Compare(string truthFile, string predictedFile, SegmentationOptions options)
    {
        var (truth, predicted) = (MaskFile.Read(truthFile), MaskFile.Read(predictedFile));
        if ((truth.Width, truth.Height) != (predicted.Width, predicted.Height))
            throw new UserException($"{predictedFile}: has {predicted.Width}×{predicted.Height} pixels, {truthFile} {truth.Width}×{truth.Height}. Predict at the size of the truth, or scale by nearest neighbour.");
        if (options.Classes is { } classes)
        {
            Check(truthFile, truth, classes.Count, options.Ignored);
            Check(predictedFile, predicted, classes.Count, options.Ignored);
        }
        return MaskCounts.Of(truth.Values, predicted.Values, options.Ignored);
    }

    private static void Check(string file, MaskFile mask, int classes, int? ignored)
    {
        for (int i = 0; i < mask.Values.Length; i++)
        {
            int value = mask.Values[i];
            if (value < classes || value == ignored) continue;
            throw new UserException($"{file}: pixel ({i % mask.Width}, {i / mask.Width}) is {value}, and there are {classes} classes. {(ignored is null && value == 255 ? "Where 255 is no class, say --ignore 255." : "Name all classes.")}");
        }
    }

    private static (List<(string Truth, string Predicted)> Pairs, List<string> Notes) Pair(string truth, string predictions)
    {
        var (wanted, given) = (Masks(truth, "--truth"), Masks(predictions, "--predictions"));
        if (wanted.Count == 0) throw new UserException($"{truth}: holds no PNG masks.");
        string[] missing = [.. wanted.Keys.Where(name => !given.ContainsKey(name))];
        if (missing.Length > 0) throw new UserException($"{predictions}: lacks a mask for {missing.Length} of the {wanted.Count} of {truth}, such as {missing[0]}.png. Masks are paired by name.");
        var notes = new List<string>();
        if (given.Count > wanted.Count) notes.Add($"masks in {predictions} without one in {truth}, which are left out: {given.Count - wanted.Count}");
        return ([.. wanted.Select(mask => (mask.Value, given[mask.Key]))], notes);
    }

    // By path below the folder, without extension.
    private static SortedDictionary<string, string> Masks(string folder, string option)
    {
        if (!Directory.Exists(folder)) throw new UserException($"{option} {folder}: no such folder. Masks are PNG files in a folder.");
        var masks = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true }))
        {
            if (!file.EndsWith(".png", StringComparison.OrdinalIgnoreCase)) continue;
            masks[Path.ChangeExtension(Path.GetRelativePath(folder, file), null).Replace('\\', '/')] = file;
        }
        return masks;
    }
}
