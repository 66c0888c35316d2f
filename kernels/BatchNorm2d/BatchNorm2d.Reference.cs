namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>Batch normalisation in float64, as plain as the textbook. Arrays are (rows, channels) or (channels); null for an optional one.</summary>
public static class BatchNorm2dReference
{
    public static void ForwardTrain(double[] x, double[] weight, double[] bias, double[]? residual, double[] y,
        double[] savedMean, double[] savedInvStd, double[] runningMean, double[] runningVar, double epsilon, double momentum, bool relu)
    {
        int channels = weight.Length, rows = x.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            double mean = 0, variance = 0;
            for (int r = 0; r < rows; r++) mean += x[r * channels + c] / rows;
            for (int r = 0; r < rows; r++) variance += Math.Pow(x[r * channels + c] - mean, 2) / rows;
            savedMean[c] = mean;
            savedInvStd[c] = 1 / Math.Sqrt(variance + epsilon);
            runningMean[c] = (1 - momentum) * runningMean[c] + momentum * mean;
            runningVar[c] = (1 - momentum) * runningVar[c] + momentum * variance * rows / (rows - 1);
        }
        Normalise(x, weight, bias, savedMean, savedInvStd, residual, y, relu);
    }

    public static void ForwardEval(double[] x, double[] weight, double[] bias, double[] runningMean, double[] runningVar,
        double[]? residual, double[] y, double epsilon, bool relu)
        => Normalise(x, weight, bias, runningMean, InvStd(runningVar, epsilon), residual, y, relu);

    public static void BackwardTrain(double[] x, double[]? y, double[] dy, double[] weight, double[] savedMean, double[] savedInvStd,
        double[] dx, GradientWrite dxWrite, double[]? dResidual, GradientWrite residualWrite,
        double[]? dweight, double[]? dbias, GradientWrite parameterWrite, bool relu)
    {
        int channels = weight.Length, rows = dy.Length / channels;
        var masked = Masked(y, dy, relu);
        var (sum, dot) = Parameters(x, masked, savedMean, savedInvStd);
        for (int i = 0; i < dy.Length; i++)
        {
            int c = i % channels;
            double normalised = (x[i] - savedMean[c]) * savedInvStd[c];
            Write(dx, i, weight[c] * savedInvStd[c] * (masked[i] - sum[c] / rows - normalised * dot[c] / rows), dxWrite);
        }
        WriteAll(dResidual, masked, residualWrite);
        WriteAll(dweight, dot, parameterWrite);
        WriteAll(dbias, sum, parameterWrite);
    }

    public static void BackwardEval(double[]? x, double[]? y, double[] dy, double[] weight, double[] runningMean, double[] runningVar,
        double[]? dx, GradientWrite dxWrite, double[]? dResidual, GradientWrite residualWrite,
        double[]? dweight, double[]? dbias, GradientWrite parameterWrite, double epsilon, bool relu)
    {
        var masked = Masked(y, dy, relu);
        var invStd = InvStd(runningVar, epsilon);
        for (int i = 0; dx is not null && i < dy.Length; i++) Write(dx, i, weight[i % weight.Length] * invStd[i % weight.Length] * masked[i], dxWrite);
        WriteAll(dResidual, masked, residualWrite);
        if (x is null) return;
        var (sum, dot) = Parameters(x, masked, runningMean, invStd);
        WriteAll(dweight, dot, parameterWrite);
        WriteAll(dbias, sum, parameterWrite);
    }

    private static void Normalise(double[] x, double[] weight, double[] bias, double[] mean, double[] invStd, double[]? residual, double[] y, bool relu)
    {
        for (int i = 0; i < x.Length; i++)
        {
            int c = i % weight.Length;
            double value = (x[i] - mean[c]) * invStd[c] * weight[c] + bias[c] + (residual?[i] ?? 0);
            y[i] = relu ? Math.Max(value, 0) : value;
        }
    }

    private static double[] InvStd(double[] variance, double epsilon) => Array.ConvertAll(variance, v => 1 / Math.Sqrt(v + epsilon));

    private static double[] Masked(double[]? y, double[] dy, bool relu) => dy.Select((g, i) => relu && !(y![i] > 0) ? 0 : g).ToArray();

    private static (double[] Sum, double[] Dot) Parameters(double[] x, double[] dy, double[] mean, double[] invStd)
    {
        double[] sum = new double[mean.Length], dot = new double[mean.Length];
        for (int i = 0; i < dy.Length; i++)
        {
            int c = i % mean.Length;
            sum[c] += dy[i];
            dot[c] += dy[i] * (x[i] - mean[c]) * invStd[c];
        }
        return (sum, dot);
    }

    private static void Write(double[] gradient, int i, double value, GradientWrite write)
        => gradient[i] = (write == GradientWrite.Add ? gradient[i] : 0) + value;

    private static void WriteAll(double[]? gradient, double[] values, GradientWrite write)
    {
        for (int i = 0; gradient is not null && i < gradient.Length; i++) Write(gradient, i, values[i], write);
    }
}
