using System.Numerics.Tensors;
using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Training.FewShot;

/// <summary>
/// score(c) = x·p with p the direction of the mean of class c's features of length 1: the cosine times the length of x, which is the same for all classes, so that an
/// ordinary linear layer decides as the cosine does.
/// </summary>
internal static class CosinePrototypes
{
    public static FewShotCandidate Of(FewShotSamples samples)
    {
        int k = samples.Classes, d = samples.Width;
        var unit = samples.Features.Normalised();
        var sums = new double[k * d];
        for (int i = 0; i < samples.Count; i++)
        {
            var row = unit.Row(i);
            var sum = sums.AsSpan(samples.Labels[i] * d, d);
            for (int j = 0; j < d; j++) sum[j] += row[j];
        }
        double[] lengths = [.. NearestMean.Squares(sums, d).Select(Math.Sqrt)], dots = FewShotSamples.Dots(unit, sums, samples.Products.Parallel);
        return new FewShotCandidate(FewShotHeadKind.Cosine, "", LeftOut(samples, unit, lengths, dots), () => new FewShotHead { Linear = new LinearScores(Directions(sums, lengths, d), new double[k]) });
    }

    private static double[] LeftOut(FewShotSamples samples, FeatureMatrix unit, double[] lengths, double[] dots)
    {
        int k = samples.Classes;
        var scores = new double[dots.Length];
        Parallel.ForEach(samples.Turns, samples.Products.Parallel, turn =>
        {
            int[] places = samples.PlaceOf(turn);
            double[] inTurn = FewShotSamples.Dots(unit, turn);
            for (int t = 0; t < turn.Length; t++)
            {
                double length = TensorPrimitives.Norm(samples.Features.Row(turn[t]));
                for (int c = 0; c < k; c++)
                {
                    double dot = dots[turn[t] * k + c], sum = lengths[c];
                    if (places[c] is var left and >= 0)
                    {
                        dot -= inTurn[t * turn.Length + left];
                        sum = Math.Sqrt(Math.Max(0, sum * sum - 2 * dots[turn[left] * k + c] + inTurn[left * turn.Length + left]));
                    }
                    scores[turn[t] * k + c] = sum > 0 ? length * dot / sum : 0;
                }
            }
        });
        return scores;
    }

    private static double[] Directions(double[] sums, double[] lengths, int width)
    {
        double[] directions = [.. sums];
        for (int c = 0; c < lengths.Length; c++)
        {
            var row = directions.AsSpan(c * width, width);
            if (lengths[c] > 0) TensorPrimitives.Divide(row, lengths[c], row);
        }
        return directions;
    }
}
