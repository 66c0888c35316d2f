using NativeTrainer.Advice.Probes;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Tests.Advice;

/// <summary>Features drawn around a centre for each class.</summary>
internal static class Gaussians
{
    /// <summary>Class c has its centre at <paramref name="distance"/> along axis c; every feature has variance 1.</summary>
    /// <returns>Labels in turn: 0, 1, …, classes − 1, 0, …</returns>
    public static (FeatureMatrix Features, int[] Labels) Draw(int n, int d, int classes, float distance, ulong seed = 1)
    {
        var values = new float[n * d];
        CounterRandom.FillNormal(CounterRandom.Key(seed, 0, 0, 0), 0, 1, values);
        int[] labels = [.. Enumerable.Range(0, n).Select(i => i % classes)];
        for (int i = 0; i < n; i++) values[i * d + labels[i]] += distance;
        return (new FeatureMatrix(values, d), labels);
    }

    public static double Agreement(int[] a, int[] b) => a.Zip(b).Count(pair => pair.First == pair.Second) / (double)a.Length;
}
