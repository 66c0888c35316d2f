using System.Numerics.Tensors;

namespace NativeTrainer.Training.FewShot;

/// <summary>
/// score(c) = 2x·m − m·m with m the mean of class c: the squared distance but for its sign and what all classes share. Without a sample b of its class the mean is m − (b − m)/(n − 1).
/// </summary>
internal static class NearestMean
{
    public static FewShotCandidate Of(FewShotSamples samples)
    {
        int k = samples.Classes, d = samples.Width;
        double[] dots = FewShotSamples.Dots(samples.Centred, samples.Means, samples.Products.Parallel), squares = Squares(samples.Means, d);
        var leftOut = new double[samples.Count * k];
        Parallel.ForEach(samples.Turns, samples.Products.Parallel, turn =>
        {
            int[] places = samples.PlaceOf(turn);
            double[] inTurn = FewShotSamples.Dots(samples.Centred, turn);
            for (int t = 0; t < turn.Length; t++)
            {
                for (int c = 0; c < k; c++)
                {
                    double product = dots[turn[t] * k + c], square = squares[c];
                    if (places[c] is var left and >= 0)
                    {
                        double less = 1.0 / (samples.Counts[c] - 1), along = dots[turn[left] * k + c] - square; // m·(b − m)
                        product -= less * (inTurn[t * turn.Length + left] - product);
                        square += less * (less * (inTurn[left * turn.Length + left] - 2 * along - square) - 2 * along);
                    }
                    leftOut[turn[t] * k + c] = 2 * product - square;
                }
            }
        });
        return new FewShotCandidate(FewShotHeadKind.Mean, "", leftOut,
            () => new FewShotHead { Linear = samples.Uncentred([.. samples.Means.Select(m => 2 * m)], [.. squares.Select(s => -s)]) });
    }

    /// <summary>Squared length of each row.</summary>
    public static double[] Squares(double[] rows, int width) => [.. Enumerable.Range(0, rows.Length / width).Select(r => TensorPrimitives.SumOfSquares<double>(rows.AsSpan(r * width, width)))];
}
