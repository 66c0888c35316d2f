using NativeTrainer.Evaluation.Detection;

namespace NativeTrainer.Tests.Evaluation.Detection;

/// <summary>
/// COCO's evaluation as its page and its pycocotools describe it, with nothing shared and nothing saved: for one category, threshold, area range and limit, all images one after another,
/// the whole precision-recall list with ignored detections in it, and a search for each of the 101 levels.
/// </summary>
internal static class CocoByDefinition
{
    private sealed record Judged(double Score, bool Hit, bool Ignored);

    /// <returns>Precision at the 101 levels and the last recall; null where no object counts.</returns>
    public static (double[] Precision, double Recall)? Evaluate(DetectionTruth truth, IReadOnlyList<DetectedBox> detections, int category, double threshold, double least, double most, int limit)
    {
        var all = new List<Judged>();
        int objects = 0;
        for (int image = 0; image < truth.Images.Count; image++)
        {
            var here = truth.Boxes.Where(b => b.Image == image && b.Category == category).ToList();
            bool Ignore(TruthBox b) => b.Crowd || b.Ignored || b.Area < least || b.Area > most;
            here = [.. here.Where(b => !Ignore(b)), .. here.Where(Ignore)];
            objects += here.Count(b => !Ignore(b));
            var used = new HashSet<int>();
            foreach (var found in detections.Where(d => d.Image == image && d.Category == category).OrderByDescending(d => d.Score).Take(limit))
            {
                int match = -1;
                double best = threshold;
                for (int g = 0; g < here.Count; g++)
                {
                    if (used.Contains(g) && !here[g].Crowd) continue;
                    if (match >= 0 && !Ignore(here[match]) && Ignore(here[g])) continue;
                    double overlap = Overlap(found.Box, here[g].Box, here[g].Crowd);
                    if (overlap >= best) (best, match) = (overlap, g);
                }
                if (match >= 0) used.Add(match);
                double area = found.Box.Width * found.Box.Height;
                bool ignored = match >= 0 ? Ignore(here[match]) : area < least || area > most;
                all.Add(new Judged(found.Score, match >= 0, ignored));
            }
        }
        if (objects == 0) return null;
        var (recall, precision) = (new List<double>(), new List<double>());
        int hits = 0, falsely = 0;
        foreach (var judged in all.OrderByDescending(j => j.Score))
        {
            if (judged is { Hit: true, Ignored: false }) hits++;
            if (judged is { Hit: false, Ignored: false }) falsely++;
            recall.Add(hits / (double)objects);
            precision.Add(hits + falsely == 0 ? 0 : hits / (double)(hits + falsely));
        }
        var levels = new double[101];
        for (int r = 0; r <= 100; r++)
        {
            int first = recall.FindIndex(value => value >= r * 0.01);
            levels[r] = first < 0 ? 0 : precision.Skip(first).Max();
        }
        return (levels, recall.Count == 0 ? 0 : recall[^1]);
    }

    private static double Overlap(DetectionBox found, DetectionBox there, bool crowd)
    {
        double w = Math.Min(found.X + found.Width, there.X + there.Width) - Math.Max(found.X, there.X);
        double h = Math.Min(found.Y + found.Height, there.Y + there.Height) - Math.Max(found.Y, there.Y);
        if (w <= 0 || h <= 0) return 0;
        double area = found.Width * found.Height;
        return w * h / (crowd ? area : area + there.Width * there.Height - w * h);
    }
}
