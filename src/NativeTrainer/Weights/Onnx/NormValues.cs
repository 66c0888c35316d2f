namespace NativeTrainer.Weights.Onnx;

/// <summary>A batch norm's four vectors, one value per channel.</summary>
internal sealed record NormValues(float[] Weight, float[] Bias, float[] Mean, float[] Variance)
{
    /// <summary>A node's parameters. The convolution's own bias moves into the mean, and a difference of ε into the variance.</summary>
    public static NormValues Of(OnnxNode node, DataFlow flow, float[] convolutionBias, float epsilon)
    {
        float[] Copy(int index) => [.. (flow.Constant(node, index) ?? throw new OnnxRefusal(node, "has parameters that are computed from the images")).Real(node)];
        var values = new NormValues(Copy(1), Copy(2), Copy(3), Copy(4));
        float more = node.Float("epsilon", 1e-5f) - epsilon;
        for (int c = 0; c < values.Mean.Length; c++)
        {
            values.Mean[c] -= convolutionBias[c];
            values.Variance[c] += more;
        }
        return values;
    }

    /// <summary>
    /// A trainable norm for a folded convolution W′, b′ from the mean m and variance v = s² of W′x: W = W′/s, mean m/s, variance 1,
    /// weight s·√(1 + ε), bias m + b′. In evaluation nothing changes; in training, batch statistics are near the stored ones.
    /// </summary>
    /// <param name="w">(K, C, R, S); divided here.</param>
    public static NormValues Recover(float[] w, float[] bias, ChannelStatistics statistics, float epsilon)
    {
        int channels = bias.Length, perChannel = w.Length / channels;
        var values = new NormValues(new float[channels], new float[channels], new float[channels], new float[channels]);
        for (int k = 0; k < channels; k++)
        {
            // A channel that is constant over all images has no scale to recover.
            double s = statistics.Variance(k) > 1e-12 ? Math.Sqrt(statistics.Variance(k)) : 1, m = statistics.Mean(k) - bias[k];
            for (int i = k * perChannel; i < (k + 1) * perChannel; i++) w[i] = (float)(w[i] / s);
            (values.Mean[k], values.Variance[k]) = ((float)(m / s), 1);
            (values.Weight[k], values.Bias[k]) = ((float)(s * Math.Sqrt(1 + (double)epsilon)), (float)(m + bias[k]));
        }
        return values;
    }

    /// <summary>Into the convolution in front: w ← w·γ/√(σ² + ε), bias ← β − μ·γ/√(σ² + ε), with the convolution's bias in μ already.</summary>
    public void FoldInto(float[] w, float[] bias, float epsilon)
    {
        int perChannel = w.Length / bias.Length;
        for (int k = 0; k < bias.Length; k++)
        {
            double scale = Weight[k] / Math.Sqrt((double)Variance[k] + epsilon);
            for (int i = k * perChannel; i < (k + 1) * perChannel; i++) w[i] = (float)(w[i] * scale);
            bias[k] = (float)(Bias[k] - Mean[k] * scale);
        }
    }
}
