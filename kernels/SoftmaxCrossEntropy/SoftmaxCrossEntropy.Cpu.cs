using System.Diagnostics;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SoftmaxCrossEntropy;

/// <summary>
/// A chunk is one row, in float64 and plain: a batch has N·K logits, thousands of times less work than the layers before them.
/// Sums over rows are taken in row order.
/// </summary>
internal sealed unsafe class SoftmaxCrossEntropyCpu(CpuDevice device, int n, int classes, float labelSmoothing) : SoftmaxCrossEntropy
{
    // Per row Σw·t and the loss: private to the plan, since one device runs one call at a time.
    private readonly double[] _rowWeights = GC.AllocateArray<double>(n, pinned: true);
    private readonly double[] _rowLosses = GC.AllocateArray<double>(n, pinned: true);

    public override string Variant => "softmaxcrossentropy_float64";

    public override long Flops => 6L * n * classes;

    public override void Forward(TensorView logits, TensorView targets, TensorView classWeights, TensorView losses, TensorView meanLoss, TensorView workspace)
    {
        Check(logits, targets, classWeights);
        Debug.Assert(losses.Count == n && meanLoss.Count == 1);
        fixed (double* rowWeights = _rowWeights, rowLosses = _rowLosses)
        {
            device.Team.For(n, new LossRow(classes, labelSmoothing, logits.Float32, targets.Float32, classWeights.Float32, rowLosses, rowWeights));
        }
        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            losses.Float32[i] = (float)_rowLosses[i];
            sum += _rowLosses[i];
        }
        meanLoss.Float32[0] = (float)(sum / Divisor(classWeights));
    }

    public override void Backward(TensorView logits, TensorView targets, TensorView classWeights, float scale, TensorView dlogits)
    {
        Check(logits, targets, classWeights);
        Debug.Assert(dlogits.Count == logits.Count);
        fixed (double* rowWeights = _rowWeights)
        {
            if (!classWeights.IsNone) device.Team.For(n, new WeightRow(classes, targets.Float32, classWeights.Float32, rowWeights));
        }
        device.Team.For(n, new GradientRow(classes, labelSmoothing, logits.Float32, targets.Float32, classWeights.Float32, scale / Divisor(classWeights), dlogits.Float32));
    }

    private double Divisor(TensorView classWeights)
    {
        if (classWeights.IsNone) return n;
        double sum = 0;
        foreach (double weight in _rowWeights) sum += weight;
        return sum;
    }

    private void Check(TensorView logits, TensorView targets, TensorView classWeights)
        => Debug.Assert(logits.Count == (long)n * classes && targets.Count == logits.Count && (classWeights.IsNone || classWeights.Count == classes));
}

/// <summary>Arithmetic of one row of logits.</summary>
internal static unsafe class SoftmaxRow
{
    public static float Max(float* row, int classes)
    {
        float max = row[0];
        for (int k = 1; k < classes; k++) max = MathF.Max(max, row[k]);
        return max;
    }

    /// <summary>Σ exp(row − max): at least 1, at most the number of classes.</summary>
    public static double ExpSum(float* row, int classes, float max)
    {
        double sum = 0;
        for (int k = 0; k < classes; k++) sum += Math.Exp((double)row[k] - max);
        return sum;
    }

    /// <summary>w·t' of class k.</summary>
    public static double Target(float* targets, float* classWeights, int k, double smoothing, int classes)
        => (classWeights == null ? 1.0 : classWeights[k]) * ((1 - smoothing) * targets[k] + smoothing / classes);

    /// <summary>Σ w·t of a row.</summary>
    public static double Weight(float* targets, float* classWeights, int classes)
    {
        double sum = 0;
        for (int k = 0; k < classes; k++) sum += (double)classWeights[k] * targets[k];
        return sum;
    }
}

internal readonly unsafe struct LossRow(int classes, float smoothing, float* logits, float* targets, float* classWeights, double* losses, double* weights) : IChunkBody
{
    public void Run(int n, int worker)
    {
        float* row = logits + (long)n * classes, target = targets + (long)n * classes;
        float max = SoftmaxRow.Max(row, classes);
        double logSum = max + Math.Log(SoftmaxRow.ExpSum(row, classes, max)), loss = 0;
        for (int k = 0; k < classes; k++)
        {
            double share = SoftmaxRow.Target(target, classWeights, k, smoothing, classes);
            // A class without a share costs nothing, also where its probability is 0.
            if (share != 0) loss += share * (logSum - row[k]);
        }
        losses[n] = loss;
        if (classWeights != null) weights[n] = SoftmaxRow.Weight(target, classWeights, classes);
    }
}

internal readonly unsafe struct WeightRow(int classes, float* targets, float* classWeights, double* weights) : IChunkBody
{
    public void Run(int n, int worker) => weights[n] = SoftmaxRow.Weight(targets + (long)n * classes, classWeights, classes);
}

internal readonly unsafe struct GradientRow(int classes, float smoothing, float* logits, float* targets, float* classWeights, double scale, float* dlogits) : IChunkBody
{
    public void Run(int n, int worker)
    {
        float* row = logits + (long)n * classes, target = targets + (long)n * classes, gradient = dlogits + (long)n * classes;
        float max = SoftmaxRow.Max(row, classes);
        double inverse = 1 / SoftmaxRow.ExpSum(row, classes, max), total = 0;
        for (int k = 0; k < classes; k++) total += SoftmaxRow.Target(target, classWeights, k, smoothing, classes);
        for (int k = 0; k < classes; k++)
        {
            double p = Math.Exp((double)row[k] - max) * inverse;
            gradient[k] = (float)(scale * (p * total - SoftmaxRow.Target(target, classWeights, k, smoothing, classes)));
        }
    }
}
