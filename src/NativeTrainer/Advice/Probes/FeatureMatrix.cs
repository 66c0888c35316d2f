using System.Numerics.Tensors;

namespace NativeTrainer.Advice.Probes;

/// <summary>Feature vectors, one to a row.</summary>
/// <param name="Values">(Rows, Width), row-major.</param>
/// <param name="Width">Features of a row, at least 1.</param>
public readonly record struct FeatureMatrix(float[] Values, int Width)
{
    public int Rows => Values.Length / Width;

    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Width, Width);

    /// <summary>A copy of the chosen rows, in this order.</summary>
    public FeatureMatrix Select(ReadOnlySpan<int> rows)
    {
        var values = new float[rows.Length * Width];
        for (int i = 0; i < rows.Length; i++) Row(rows[i]).CopyTo(values.AsSpan(i * Width));
        return new FeatureMatrix(values, Width);
    }

    /// <summary>A copy whose rows have length 1 (of zeros, 0), so that their products are cosines.</summary>
    public FeatureMatrix Normalised()
    {
        var values = new float[Values.Length];
        for (int i = 0; i < Rows; i++)
        {
            float norm = TensorPrimitives.Norm(Row(i));
            if (norm > 0) TensorPrimitives.Divide(Row(i), norm, values.AsSpan(i * Width, Width));
        }
        return new FeatureMatrix(values, Width);
    }

    /// <summary>The mean row.</summary>
    internal double[] Mean() => Mean([.. Enumerable.Range(0, Rows)]);

    /// <summary>The mean of the chosen rows.</summary>
    internal double[] Mean(ReadOnlySpan<int> rows)
    {
        var mean = new double[Width];
        foreach (int i in rows)
        {
            var row = Row(i);
            for (int j = 0; j < Width; j++) mean[j] += row[j];
        }
        TensorPrimitives.Divide(mean, Math.Max(rows.Length, 1), mean);
        return mean;
    }

    /// <summary>A copy with a row subtracted from each.</summary>
    internal FeatureMatrix Less(double[] row)
    {
        var values = new float[Values.Length];
        CopyLess(row, [.. Enumerable.Range(0, Rows)], values);
        return new FeatureMatrix(values, Width);
    }

    /// <summary>Writes the chosen rows, with a row subtracted from each, one after another.</summary>
    internal void CopyLess(double[] row, ReadOnlySpan<int> rows, Span<float> values)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            var from = Row(rows[i]);
            var to = values.Slice(i * Width, Width);
            for (int j = 0; j < to.Length; j++) to[j] = (float)(from[j] - row[j]);
        }
    }
}
