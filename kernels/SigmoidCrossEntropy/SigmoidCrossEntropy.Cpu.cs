using System.Diagnostics;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SigmoidCrossEntropy;

/// <summary>A chunk is one row, in float64 and plain: a batch has N·K logits, thousands of times less work than the layers before them.</summary>
internal sealed unsafe class SigmoidCrossEntropyCpu(CpuDevice device, int n, int classes, float labelSmoothing) : SigmoidCrossEntropy
{
    // Private to the plan, since one device runs one call at a time.
    private readonly double[] _rowLosses = GC.AllocateArray<double>(n, pinned: true);

    public override string Variant => "sigmoidcrossentropy_float64";

    public override long Flops => 8L * n * classes;

    public override void Forward(TensorView logits, TensorView targets, TensorView positiveWeights, TensorView losses, TensorView meanLoss, TensorView workspace)
    {
        Check(logits, targets, positiveWeights);
        Debug.Assert(losses.Count == n && meanLoss.Count == 1);
        fixed (double* rowLosses = _rowLosses)
        {
            device.Team.For(n, new LossRow(classes, labelSmoothing, logits.Float32, targets.Float32, positiveWeights.Float32, rowLosses));
        }
        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            losses.Float32[i] = (float)_rowLosses[i];
            sum += _rowLosses[i];
        }
        meanLoss.Float32[0] = (float)(sum / n);
    }

    public override void Backward(TensorView logits, TensorView targets, TensorView positiveWeights, float scale, TensorView dlogits)
    {
        Check(logits, targets, positiveWeights);
        Debug.Assert(dlogits.Count == logits.Count);
        device.Team.For(n, new GradientRow(classes, labelSmoothing, logits.Float32, targets.Float32, positiveWeights.Float32, (double)scale / n, dlogits.Float32));
    }

    private void Check(TensorView logits, TensorView targets, TensorView positiveWeights)
        => Debug.Assert(logits.Count == (long)n * classes && targets.Count == logits.Count && (positiveWeights.IsNone || positiveWeights.Count == classes));

    private readonly struct LossRow(int classes, double smoothing, float* logits, float* targets, float* weights, double* losses) : IChunkBody
    {
        public void Run(int n, int worker)
        {
            float* row = logits + (long)n * classes, target = targets + (long)n * classes;
            double loss = 0;
            for (int k = 0; k < classes; k++)
            {
                double z = row[k], t = (1 - smoothing) * target[k] + smoothing / 2, tail = Math.Log(1 + Math.Exp(-Math.Abs(z)));
                loss += (weights == null ? 1.0 : weights[k]) * t * (Math.Max(-z, 0) + tail) + (1 - t) * (Math.Max(z, 0) + tail);
            }
            losses[n] = loss;
        }
    }

    private readonly struct GradientRow(int classes, double smoothing, float* logits, float* targets, float* weights, double scale, float* dlogits) : IChunkBody
    {
        public void Run(int n, int worker)
        {
            float* row = logits + (long)n * classes, target = targets + (long)n * classes, gradient = dlogits + (long)n * classes;
            for (int k = 0; k < classes; k++)
            {
                double t = (1 - smoothing) * target[k] + smoothing / 2, p = 1 / (1 + Math.Exp(-(double)row[k])), q = 1 / (1 + Math.Exp(row[k]));
                gradient[k] = (float)(scale * ((1 - t) * p - (weights == null ? 1.0 : weights[k]) * t * q));
            }
        }
    }
}
