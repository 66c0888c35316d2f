using ILGPU;

namespace NativeTrainer.Kernels.BatchNorm2d;

internal struct StatisticsArguments
{
    public ArrayView<float> X, Weight, Bias, SavedMean, SavedInvStd, RunningMean, RunningVar, Workspace;
    public BatchNormParts Parts;
    public float Epsilon, Momentum;
}

/// <summary>
/// Mean and variance of each channel: shifted sums per part in float32, combined in float64 in the parts' order (Chan, Golub and LeVeque 1979), as on the
/// processor. Neighbouring threads are channels.
/// </summary>
internal static class StatisticsSimt
{
    /// <summary>Grid: channels, parts. Each part's shift is its first row.</summary>
    public static void Partial(StatisticsArguments k)
    {
        int c = Grid.IdxX * Group.DimX + Group.IdxX, part = Grid.IdxY, channels = k.Parts.Channels;
        if (c >= channels) return;
        long at = k.Parts.First(part) * channels + c;
        float shift = k.X[at], sum = 0, squares = 0;
        for (int row = k.Parts.Length(part); row > 0; row--, at += channels)
        {
            float d = k.X[at] - shift;
            sum += d;
            squares += d * d;
        }
        k.Workspace[k.Parts.Sum(part, 0) + c] = shift;
        k.Workspace[k.Parts.Sum(part, 1) + c] = sum;
        k.Workspace[k.Parts.Sum(part, 2) + c] = squares;
    }

    /// <summary>Grid: channels.</summary>
    public static void Combine(StatisticsArguments k)
    {
        int c = Grid.IdxX * Group.DimX + Group.IdxX;
        if (c >= k.Parts.Channels) return;
        double mean = 0, squares = 0, rows = k.Parts.Rows;
        for (int part = 0; part < k.Parts.Count; part++)
            mean += (double)k.Parts.Length(part) * k.Workspace[k.Parts.Sum(part, 0) + c] + k.Workspace[k.Parts.Sum(part, 1) + c];
        mean /= rows;
        for (int part = 0; part < k.Parts.Count; part++)
        {
            double length = k.Parts.Length(part), sum = k.Workspace[k.Parts.Sum(part, 1) + c], offset = sum / length;
            double between = k.Workspace[k.Parts.Sum(part, 0) + c] + offset - mean;
            squares += k.Workspace[k.Parts.Sum(part, 2) + c] - offset * sum + length * between * between;
        }
        if (squares < 0) squares = 0;
        double invStd = 1 / Math.Sqrt(squares / rows + k.Epsilon), momentum = k.Momentum;
        k.SavedMean[c] = (float)mean;
        k.SavedInvStd[c] = (float)invStd;
        k.RunningMean[c] = (float)((1 - momentum) * k.RunningMean[c] + momentum * mean);
        k.RunningVar[c] = (float)((1 - momentum) * k.RunningVar[c] + momentum * squares / (rows - 1));
        Coefficients(k, c, mean, invStd * k.Weight[c]);
    }

    /// <summary>Grid: channels. The coefficients of constant statistics.</summary>
    public static void Constant(StatisticsArguments k)
    {
        int c = Grid.IdxX * Group.DimX + Group.IdxX;
        if (c >= k.Parts.Channels) return;
        Coefficients(k, c, k.RunningMean[c], k.Weight[c] / Math.Sqrt((double)k.RunningVar[c] + k.Epsilon));
    }

    /// <summary>The mean's part below float32's last digit goes into the offset, so that it is not lost.</summary>
    private static void Coefficients(in StatisticsArguments k, int c, double mean, double scale)
    {
        float rounded = (float)mean;
        k.Workspace[k.Parts.Coefficient(0) + c] = rounded;
        k.Workspace[k.Parts.Coefficient(1) + c] = (float)scale;
        k.Workspace[k.Parts.Coefficient(2) + c] = (float)(k.Bias[c] + (rounded - mean) * scale);
    }
}
