using System.Numerics.Tensors;

namespace NativeTrainer.Advice;

/// <summary>
/// Nearest neighbours among labelled features by the cosine of their angle. A class's vote is the sum of its neighbours' cosines; ties go to the lower class. The same
/// for any number of threads.
/// </summary>
internal sealed class ClassNeighbours
{
    private readonly float[] _features;
    private readonly int[] _labels;
    private readonly int _width, _classes;

    /// <param name="features">(images, F), row-major; copied and scaled to length 1.</param>
    /// <param name="labels">Class of each image, 0 or more.</param>
    public ClassNeighbours(ReadOnlySpan<float> features, IReadOnlyList<int> labels)
    {
        _labels = [.. labels];
        if (_labels.Length == 0 || features.Length % _labels.Length != 0) throw new ArgumentException($"{features.Length} feature values of {_labels.Length} images");
        (_width, _classes) = (features.Length / _labels.Length, _labels.Max() + 1);
        _features = Scaled(features, _width);
    }

    /// <summary>The class of each query by its nearest neighbours.</summary>
    /// <param name="queries">(queries, F), row-major.</param>
    /// <param name="own">The image of each query among the features, which does not count as its neighbour; −1 for none.</param>
    public int[] Classify(ReadOnlySpan<float> queries, IReadOnlyList<int> own, int neighbours)
    {
        float[] scaled = Scaled(queries, _width);
        var classes = new int[own.Count];
        Parallel.For(0, own.Count, query =>
        {
            var cosines = new float[_labels.Length];
            var at = scaled.AsSpan(query * _width, _width);
            for (int i = 0; i < cosines.Length; i++) cosines[i] = i == own[query] ? float.NegativeInfinity : TensorPrimitives.Dot(at, _features.AsSpan(i * _width, _width));
            classes[query] = Vote(cosines, Math.Min(neighbours, _labels.Length - (own[query] >= 0 ? 1 : 0)));
        });
        return classes;
    }

    /// <summary>Share of the images whose neighbours, themselves left out, say their class.</summary>
    public double LeaveOneOutAccuracy(int neighbours)
    {
        int[] said = Classify(_features, [.. Enumerable.Range(0, _labels.Length)], neighbours);
        return said.Zip(_labels, (a, b) => a == b ? 1.0 : 0).Average();
    }

    private int Vote(float[] cosines, int neighbours)
    {
        int[] order = [.. Enumerable.Range(0, cosines.Length)];
        float[] keys = [.. cosines.Select(c => -c)];
        Array.Sort(keys, order);
        var votes = new double[_classes];
        foreach (int i in order.Take(neighbours).Order()) votes[_labels[i]] += Math.Max(cosines[i], 0) + 1e-6;
        return Array.IndexOf(votes, votes.Max());
    }

    private static float[] Scaled(ReadOnlySpan<float> features, int width)
    {
        float[] scaled = features.ToArray();
        for (int start = 0; start < scaled.Length; start += width)
        {
            var row = scaled.AsSpan(start, width);
            float length = TensorPrimitives.Norm<float>(row);
            if (length > 0) TensorPrimitives.Divide(row, length, row);
        }
        return scaled;
    }
}
