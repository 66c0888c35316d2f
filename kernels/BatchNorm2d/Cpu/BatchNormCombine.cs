using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>Where the statistics of parts of the rows lie: shifts, Σd and Σd², <paramref name="stride"/> floats apart, part behind part.</summary>
/// <param name="lengths">Rows of each part.</param>
internal readonly unsafe struct PartStatistics(float* table, int stride, int* lengths, int count)
{
    public int Count => count;

    public int Length(int part) => lengths[part];

    public float* Row(int part, int row) => table + ((long)part * BatchNormRows.PartialRows + row) * stride;
}

/// <summary>
/// Combines the parts' statistics in float64, in their order: N·mean = Σ(nᵢ·shiftᵢ + Σd) and, with each part's own mean mᵢ and squared
/// deviation Mᵢ = Σd² − (Σd)²/nᵢ, N·var = Σ(Mᵢ + nᵢ(mᵢ − mean)²) (Chan, Golub and LeVeque 1979). Then writes what training keeps and the coefficients of
/// <see cref="NormalisePass"/>. One chunk of work is 64 channels.
/// </summary>
internal readonly unsafe struct StatisticsCombine(PartStatistics parts, BatchNormRows split, BatchNormOptions options, float* weight, float* bias,
    float* savedMean, float* savedInvStd, float* runningMean, float* runningVar, float* workspace) : IChunkBody
{
    public const int Channels = 64;

    public void Run(int chunk, int worker)
    {
        int from = chunk * Channels, width = Math.Min(Channels, split.Channels - from);
        double* mean = stackalloc double[Channels];
        double* squares = stackalloc double[Channels];
        new Span<double>(mean, Channels).Clear();
        new Span<double>(squares, Channels).Clear();
        for (int i = 0; i < parts.Count; i++)
        {
            double length = parts.Length(i);
            float* shift = parts.Row(i, 0) + from, sum = parts.Row(i, 1) + from;
            for (int c = 0; c < width; c++) mean[c] += length * shift[c] + sum[c];
        }
        for (int c = 0; c < width; c++) mean[c] /= split.Rows;
        for (int i = 0; i < parts.Count; i++)
        {
            double length = parts.Length(i), inverse = 1 / length;
            float* shift = parts.Row(i, 0) + from, sum = parts.Row(i, 1) + from, partial = parts.Row(i, 2) + from;
            for (int c = 0; c < width; c++)
            {
                double offset = sum[c] * inverse, between = shift[c] + offset - mean[c];
                squares[c] += partial[c] - offset * sum[c] + length * between * between;
            }
        }
        for (int c = 0; c < width; c++) Finish(from + c, mean[c], Math.Max(squares[c], 0));
    }

    private void Finish(int c, double mean, double squares)
    {
        double invStd = 1 / Math.Sqrt(squares / split.Rows + options.Epsilon);
        savedMean[c] = (float)mean;
        savedInvStd[c] = (float)invStd;
        double momentum = options.Momentum;
        runningMean[c] = (float)((1 - momentum) * runningMean[c] + momentum * mean);
        runningVar[c] = (float)((1 - momentum) * runningVar[c] + momentum * squares / (split.Rows - 1));
        BatchNormCoefficients.Forward(split, workspace, c, mean, invStd * weight[c], bias[c]);
    }
}

/// <summary>
/// Adds up the chunks of <see cref="GradientSumsPass"/> in float64, in chunk order, and writes dweight = invStd·Σg(x − mean), dbias = Σg and, in training, the
/// coefficients of dx = weight·invStd·(g − Σg/N − x̂·Σg·x̂/N). One chunk of work is 64 channels.
/// </summary>
internal readonly unsafe struct GradientCombine(BatchNormRows split, bool training, float epsilon, float* weight, float* mean, float* invStdOrVar,
    float* dweight, float* dbias, bool addParameters, float* workspace) : IChunkBody
{
    public void Run(int chunk, int worker)
    {
        int from = chunk * StatisticsCombine.Channels, width = Math.Min(StatisticsCombine.Channels, split.Channels - from);
        double* sums = stackalloc double[StatisticsCombine.Channels];
        double* dots = stackalloc double[StatisticsCombine.Channels];
        new Span<double>(sums, width).Clear();
        new Span<double>(dots, width).Clear();
        for (int i = 0; i < split.Chunks; i++)
        {
            float* sum = split.Partial(workspace, i, 0) + from, dot = split.Partial(workspace, i, 1) + from;
            for (int c = 0; c < width; c++)
            {
                sums[c] += sum[c];
                dots[c] += dot[c];
            }
        }
        for (int c = 0; c < width; c++) Finish(from + c, sums[c], dots[c]);
    }

    private void Finish(int c, double sum, double dot)
    {
        double invStd = training ? invStdOrVar[c] : 1 / Math.Sqrt((double)invStdOrVar[c] + epsilon);
        if (dweight != null)
        {
            dweight[c] = (addParameters ? dweight[c] : 0) + (float)(dot * invStd);
            dbias[c] = (addParameters ? dbias[c] : 0) + (float)sum;
        }
        if (!training) return;
        double scale = weight[c] * invStd;
        split.Coefficients(workspace, 0)[c] = mean[c];
        split.Coefficients(workspace, 1)[c] = (float)scale;
        split.Coefficients(workspace, 2)[c] = (float)(-scale * invStd * invStd * dot / split.Rows);
        split.Coefficients(workspace, 3)[c] = (float)(-scale * sum / split.Rows);
    }
}

/// <summary>Coefficient tables that need no sums.</summary>
internal static unsafe class BatchNormCoefficients
{
    /// <summary>The mean's part below float32's last digit goes into the offset, so that it is not lost.</summary>
    public static void Forward(BatchNormRows split, float* workspace, int c, double mean, double scale, double bias)
    {
        float rounded = (float)mean;
        split.Coefficients(workspace, 0)[c] = rounded;
        split.Coefficients(workspace, 1)[c] = (float)scale;
        split.Coefficients(workspace, 2)[c] = (float)(bias + (rounded - mean) * scale);
    }

    /// <summary>weight/√(var + ε) for the backward of constant statistics.</summary>
    public static void ConstantScale(BatchNormRows split, float* workspace, float* weight, float* variance, float epsilon)
    {
        float* scale = split.Coefficients(workspace, 1);
        for (int c = 0; c < split.Channels; c++) scale[c] = (float)(weight[c] / Math.Sqrt((double)variance[c] + epsilon));
    }
}
