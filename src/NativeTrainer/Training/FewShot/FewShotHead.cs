using NativeTrainer.Advice.Probes;
using NativeTrainer.Models;

namespace NativeTrainer.Training.FewShot;

/// <summary>A fitted head: linear scores, or the images that vote.</summary>
internal sealed record FewShotHead
{
    /// <summary>Null of nearest neighbours.</summary>
    public LinearScores? Linear { get; init; }

    /// <summary>Of nearest neighbours; else null.</summary>
    public NeighbourHead? Neighbours { get; init; }

    /// <summary>The same decisions with every score divided: softmax is then as sure as <paramref name="divisor"/> makes it.</summary>
    public FewShotHead Cooled(double divisor) => Linear is { } linear
        ? this with { Linear = new LinearScores([.. linear.Weights.Select(w => w / divisor)], [.. linear.Bias.Select(b => b / divisor)]) }
        : this with { Neighbours = Neighbours!.Cooled(divisor) };

    /// <summary>(rows, classes).</summary>
    public float[] Logits(FeatureMatrix features, ParallelOptions parallel)
    {
        if (Neighbours is { } neighbours) return neighbours.Logits(features.Values, features.Rows, parallel.MaxDegreeOfParallelism);
        int classes = Linear!.Bias.Length;
        double[] scores = FewShotSamples.Dots(features, Linear.Weights, parallel);
        return [.. scores.Select((score, i) => (float)(score + Linear.Bias[i % classes]))];
    }
}
