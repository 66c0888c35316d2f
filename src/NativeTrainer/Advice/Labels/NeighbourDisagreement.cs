using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Advice.Labels;

/// <summary>The plain way to doubt labels: the share of a sample's nearest neighbours with another label. What <see cref="LabelErrors"/> has to beat.</summary>
public static class NeighbourDisagreement
{
    /// <summary>Neighbours that are asked.</summary>
    public const int UsualNeighbours = 20;

    /// <summary>Scores of all samples.</summary>
    /// <param name="features">(n, d), as the network gives them.</param>
    /// <param name="labels">n class indices.</param>
    /// <returns>0…1 for each sample, higher is worse; neighbours weigh by their cosine where their number is equal.</returns>
    public static double[] Score(FeatureMatrix features, ReadOnlySpan<int> labels, int neighbours = UsualNeighbours, int threads = 0)
    {
        var near = KNearest.LeaveOneOut(features, neighbours, threads);
        var scores = new double[labels.Length];
        if (near.K == 0) return scores;
        for (int i = 0; i < scores.Length; i++)
        {
            int others = 0;
            double cosines = 0;
            for (int j = i * near.K; j < (i + 1) * near.K; j++)
            {
                bool other = labels[near.Indices[j]] != labels[i];
                if (other) others++;
                cosines += other ? near.Cosines[j] : -near.Cosines[j];
            }
            // Σ ±cosine lies in −k…k: it orders samples of equal share and never changes the order of others.
            scores[i] = (others + (cosines / near.K + 1) / 4) / (near.K + 0.5);
        }
        return scores;
    }
}
