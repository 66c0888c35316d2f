using System.Runtime.InteropServices;

namespace NativeTrainer.Evaluation.Detection;

/// <summary>COCO's matching and accumulation for one category. Each detection carries a bit for each pair of area range and threshold: matched, or ignored.</summary>
internal sealed class CategoryMatching
{
    /// <summary>A detection with the bits [area · thresholds + threshold].</summary>
    private struct Judged
    {
        public double Score;
        public int Rank; // Within its image, by falling score.
        public ulong Matched, Ignored;
    }

    private static readonly int Thresholds = CocoEvaluation.Thresholds.Count, Ranges = CocoEvaluation.Areas.Count, Limit = CocoEvaluation.MostDetections[^1];

    private readonly List<Judged> _judged = []; // Image after image.
    private readonly int[] _objects = new int[Ranges];

    public static CategoryFigures Evaluate(TruthBox[] objects, DetectedBox[] detections)
    {
        var category = new CategoryMatching();
        // Stable: what comes first in the file wins where scores are equal.
        var truth = objects.OrderBy(o => o.Image).ToArray();
        var found = detections.OrderBy(d => d.Image).ThenByDescending(d => d.Score).ToArray();
        int nextTruth = 0, nextFound = 0;
        while (nextTruth < truth.Length || nextFound < found.Length)
        {
            int image = Math.Min(nextTruth < truth.Length ? truth[nextTruth].Image : int.MaxValue, nextFound < found.Length ? found[nextFound].Image : int.MaxValue);
            int truthEnd = nextTruth, foundEnd = nextFound;
            while (truthEnd < truth.Length && truth[truthEnd].Image == image) truthEnd++;
            while (foundEnd < found.Length && found[foundEnd].Image == image) foundEnd++;
            category.AddImage(truth.AsSpan(nextTruth, truthEnd - nextTruth), found.AsSpan(nextFound, Math.Min(foundEnd - nextFound, Limit)));
            (nextTruth, nextFound) = (truthEnd, foundEnd);
        }
        return category.Accumulate();
    }

    private void AddImage(ReadOnlySpan<TruthBox> truth, ReadOnlySpan<DetectedBox> found)
    {
        int start = _judged.Count;
        for (int d = 0; d < found.Length; d++) _judged.Add(new Judged { Score = found[d].Score, Rank = d });
        var judged = CollectionsMarshal.AsSpan(_judged)[start..];
        var overlap = Overlaps(truth, found);
        var (ignored, order, taken) = (new bool[truth.Length], new int[truth.Length], new bool[truth.Length]);
        for (int a = 0; a < Ranges; a++)
        {
            var range = CocoEvaluation.Areas[a];
            int counted = 0, next = 0;
            for (int g = 0; g < truth.Length; g++)
            {
                ignored[g] = truth[g].Crowd || truth[g].Ignored || !range.Contains(truth[g].Area);
                if (!ignored[g]) order[counted++] = g;
            }
            for (int g = 0; g < truth.Length; g++)
                if (ignored[g]) order[counted + next++] = g;
            _objects[a] += counted;
            for (int t = 0; t < Thresholds; t++)
            {
                ulong bit = 1UL << (a * Thresholds + t);
                taken.AsSpan().Clear();
                for (int d = 0; d < found.Length; d++)
                {
                    int match = Best(truth, overlap.AsSpan(d * truth.Length, truth.Length), order, counted, taken, CocoEvaluation.Thresholds[t]);
                    if (match >= 0)
                    {
                        taken[match] = true;
                        if (ignored[match]) judged[d].Ignored |= bit;
                        else judged[d].Matched |= bit;
                    }
                    else if (!range.Contains(found[d].Box.Area)) judged[d].Ignored |= bit;
                }
            }
        }
    }

    private static double[] Overlaps(ReadOnlySpan<TruthBox> truth, ReadOnlySpan<DetectedBox> found)
    {
        var overlap = new double[truth.Length * found.Length];
        for (int d = 0; d < found.Length; d++)
            for (int g = 0; g < truth.Length; g++)
                overlap[d * truth.Length + g] = truth[g].Crowd ? found[d].Box.Inside(truth[g].Box) : found[d].Box.IntersectionOverUnion(truth[g].Box);
        return overlap;
    }

    // The counted object with the largest overlap, else the ignored one; of equal ones the last. Crowds are never used up.
    private static int Best(ReadOnlySpan<TruthBox> truth, ReadOnlySpan<double> overlap, int[] order, int counted, bool[] taken, double threshold)
    {
        double best = Math.Min(threshold, 1 - 1e-10);
        int match = -1;
        for (int i = 0; i < order.Length; i++)
        {
            if (i == counted && match >= 0) break;
            int g = order[i];
            if ((taken[g] && !truth[g].Crowd) || overlap[g] < best) continue;
            (best, match) = (overlap[g], g);
        }
        return match;
    }

    private CategoryFigures Accumulate()
    {
        Judged[] falling = [.. _judged.OrderByDescending(j => j.Score)];
        int limits = CocoEvaluation.MostDetections.Count;
        var (precision, recall, curves) = (new double[Thresholds, Ranges, limits], new double[Thresholds, Ranges, limits], new double[Thresholds][]);
        var (found, precisions, levels) = (new double[falling.Length], new double[falling.Length], new double[CocoEvaluation.Recalls]);
        for (int a = 0; a < Ranges; a++)
        {
            for (int t = 0; t < Thresholds; t++)
            {
                ulong bit = 1UL << (a * Thresholds + t);
                for (int m = 0; m < limits; m++)
                {
                    int hits = Hits(falling, bit, CocoEvaluation.MostDetections[m], _objects[a], found, precisions);
                    Interpolate(found.AsSpan(0, hits), precisions.AsSpan(0, hits), levels);
                    (precision[t, a, m], recall[t, a, m]) = (levels.Average(), hits == 0 ? 0 : found[hits - 1]);
                }
                if (a == 0) curves[t] = [.. levels];
            }
        }
        return new CategoryFigures(_objects, precision, recall, curves);
    }

    // Recall and precision after each hit: between hits recall stands still and precision falls, so no other point can be the best at a level.
    private static int Hits(Judged[] falling, ulong bit, int most, int objects, double[] recall, double[] precision)
    {
        int hits = 0, counted = 0;
        foreach (ref readonly var judged in falling.AsSpan())
        {
            if (judged.Rank >= most || (judged.Ignored & bit) != 0) continue;
            counted++;
            if ((judged.Matched & bit) == 0) continue;
            recall[hits] = (hits + 1) / (double)objects;
            precision[hits] = (hits + 1) / (double)counted;
            hits++;
        }
        return hits;
    }

    private static void Interpolate(ReadOnlySpan<double> recall, Span<double> precision, Span<double> levels)
    {
        for (int i = precision.Length - 2; i >= 0; i--) precision[i] = Math.Max(precision[i], precision[i + 1]);
        int at = 0;
        for (int r = 0; r < levels.Length; r++)
        {
            while (at < recall.Length && recall[at] < r * 0.01) at++;
            levels[r] = at < recall.Length ? precision[at] : 0;
        }
    }
}
