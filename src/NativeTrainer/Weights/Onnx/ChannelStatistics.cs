namespace NativeTrainer.Weights.Onnx;

/// <summary>Mean and variance per channel over batches (N, C, H, W). Source: Chan, Golub and LeVeque 1979 (merging of partial moments).</summary>
internal sealed class ChannelStatistics(int channels)
{
    private readonly double[] _mean = new double[channels];
    private readonly double[] _squares = new double[channels];
    private long _count;

    public double Mean(int channel) => _mean[channel];

    public double Variance(int channel) => _squares[channel] / _count;

    /// <param name="images">How many of the batch count.</param>
    public void Add(OnnxTensor batch, int images)
    {
        int pixels = batch.Shape[2] * batch.Shape[3];
        long added = (long)images * pixels;
        Parallel.For(0, channels, c =>
        {
            double sum = 0, squares = 0;
            for (int n = 0; n < images; n++)
                foreach (float value in batch.Floats.AsSpan((n * channels + c) * pixels, pixels)) sum += value;
            double mean = sum / added;
            for (int n = 0; n < images; n++)
                foreach (float value in batch.Floats.AsSpan((n * channels + c) * pixels, pixels)) squares += (value - mean) * (value - mean);
            double apart = mean - _mean[c], total = _count + added;
            _mean[c] += apart * added / total;
            _squares[c] += squares + apart * apart * _count * added / total;
        });
        _count += added;
    }
}
