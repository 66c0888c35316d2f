using System.Numerics.Tensors;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Advice.Duplicates;

/// <summary>
/// Pictures whose features point in nearly the same direction, found by a forest of random splits (Dasgupta and Freund, "Random projection trees and low
/// dimensional manifolds", STOC 2008): features less their mean are projected to 64 numbers; each tree halves the pictures along random directions until a
/// leaf holds a few dozen, and those of one leaf are compared. Cost grows as n log n, memory as n. The same trees for every number of threads.
/// </summary>
internal sealed class FeatureCandidates
{
    // The projection keeps cosines to about 1/√Width; exact cosines then order what it let through.
    private const int Width = 64;

    private const int Trees = 16, LeafSize = 64, Kept = 12;

    private const int RowsAtOnce = 256;

    private const ulong Seed = 0x5EED;

    private readonly float[] _features; // (n, d)
    private readonly int _count, _d, _threads;
    private readonly float[] _mean; // (d)
    private readonly float[] _lengths; // (n), less the mean
    private readonly float[] _projected; // (n, Width), length 1

    /// <param name="features">(n, d), row-major.</param>
    /// <param name="count">n.</param>
    public FeatureCandidates(float[] features, int count, int threads)
    {
        (_features, _count, _d, _threads) = (features, count, features.Length / count, threads);
        _mean = Mean();
        _lengths = new float[count];
        _projected = new float[count * Width];
        var directions = new float[Width * _d]; // (Width, d)
        CounterRandom.FillNormal(Seed, 0, 1, directions);
        ForChunks(count, RowsAtOnce, (first, end) =>
        {
            var row = new float[_d];
            for (int i = first; i < end; i++) Project(i, row, directions);
        });
    }

    /// <summary>Cosine of two pictures' features less the mean of all; 0 where one is the mean itself.</summary>
    public float Cosine(int first, int second)
    {
        if (_lengths[first] == 0 || _lengths[second] == 0) return 0;
        // (a − m)·(b − m) without copies.
        var a = _features.AsSpan(first * _d, _d);
        var b = _features.AsSpan(second * _d, _d);
        float product = TensorPrimitives.Dot<float>(a, b) - TensorPrimitives.Dot<float>(a, _mean) - TensorPrimitives.Dot<float>(b, _mean) + TensorPrimitives.SumOfSquares<float>(_mean);
        return Math.Clamp(product / (_lengths[first] * _lengths[second]), -1, 1);
    }

    /// <summary>Adds each picture's nearest to a list.</summary>
    public void AddNearest(NearestList nearest, CancellationToken stop)
    {
        var rough = new NearestList(_count, Kept);
        for (int tree = 0; tree < Trees; tree++)
        {
            stop.ThrowIfCancellationRequested();
            int[] order = [.. Enumerable.Range(0, _count)];
            var leaves = Leaves(order, tree);
            // A picture lies in one leaf of a tree, so no list is written by two threads.
            Parallel.ForEach(leaves, Options(), leaf => Compare(order.AsSpan(leaf.First, leaf.Count), rough));
        }
        ForChunks(_count, RowsAtOnce, (first, end) =>
        {
            for (int i = first; i < end; i++)
            {
                foreach (int other in rough.Of(i)) nearest.Add(i, other, 1 - Cosine(i, other));
            }
        });
    }

    private void Compare(ReadOnlySpan<int> leaf, NearestList rough)
    {
        for (int a = 0; a < leaf.Length; a++)
        {
            var row = _projected.AsSpan(leaf[a] * Width, Width);
            for (int b = a + 1; b < leaf.Length; b++)
            {
                float distance = 1 - TensorPrimitives.Dot(row, _projected.AsSpan(leaf[b] * Width, Width));
                rough.Add(leaf[a], leaf[b], distance);
                rough.Add(leaf[b], leaf[a], distance);
            }
        }
    }

    // Level by level, so that the parts of a level are split in parallel; each part's direction is keyed by its place.
    private List<(int First, int Count)> Leaves(int[] order, int tree)
    {
        List<(int First, int Count)> parts = [(0, _count)];
        for (int level = 0; parts.Any(p => p.Count > LeafSize); level++)
        {
            var split = parts;
            Parallel.For(0, parts.Count, Options(), i =>
            {
                if (split[i].Count > LeafSize) Order(order.AsSpan(split[i].First, split[i].Count), CounterRandom.Key(Seed, (uint)level, (ulong)i, (uint)tree));
            });
            parts = [.. parts.SelectMany(p => p.Count <= LeafSize ? (IEnumerable<(int, int)>)[p] : [(p.First, p.Count / 2), (p.First + p.Count / 2, p.Count - p.Count / 2)])];
        }
        return parts;
    }

    private void Order(Span<int> part, ulong key)
    {
        Span<float> direction = stackalloc float[Width];
        CounterRandom.FillNormal(key, 0, 1, direction);
        var along = new float[part.Length];
        // In the order of the pictures first, so that equal places are split the same way.
        part.Sort();
        for (int i = 0; i < part.Length; i++) along[i] = TensorPrimitives.Dot<float>(direction, _projected.AsSpan(part[i] * Width, Width));
        along.AsSpan().Sort(part);
    }

    private float[] Mean()
    {
        int chunks = (_count + RowsAtOnce - 1) / RowsAtOnce;
        var sums = new float[chunks][];
        ForChunks(_count, RowsAtOnce, (first, end) =>
        {
            var sum = new float[_d];
            for (int i = first; i < end; i++) TensorPrimitives.Add(sum, _features.AsSpan(i * _d, _d), sum);
            sums[first / RowsAtOnce] = sum;
        });
        var mean = new float[_d];
        foreach (float[] sum in sums) TensorPrimitives.Add(mean, sum, mean);
        TensorPrimitives.Divide(mean, _count, mean);
        return mean;
    }

    private void Project(int picture, float[] row, float[] directions)
    {
        TensorPrimitives.Subtract(_features.AsSpan(picture * _d, _d), _mean, row);
        float length = TensorPrimitives.Norm<float>(row);
        // What rounding leaves of a row that is the mean is no direction.
        if (!(length > 1e-6f * TensorPrimitives.Norm<float>(_mean))) return;
        _lengths[picture] = length;
        var target = _projected.AsSpan(picture * Width, Width);
        for (int w = 0; w < Width; w++) target[w] = TensorPrimitives.Dot<float>(directions.AsSpan(w * _d, _d), row);
        float norm = TensorPrimitives.Norm<float>(target);
        if (norm > 0) TensorPrimitives.Divide(target, norm, target);
    }

    private ParallelOptions Options() => new() { MaxDegreeOfParallelism = _threads };

    private void ForChunks(int count, int size, Action<int, int> body)
        => Parallel.For(0, (count + size - 1) / size, Options(), chunk => body(chunk * size, Math.Min(count, (chunk + 1) * size)));
}
