using System.Diagnostics;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SoftmaxCrossEntropy;

internal sealed unsafe class SoftmaxCpu(CpuDevice device, int n, int classes) : Softmax
{
    public override string Variant => "softmax_float64";

    public override long Flops => 3L * n * classes;

    public override void Forward(TensorView logits, TensorView probabilities)
    {
        Debug.Assert(logits.Count == (long)n * classes && probabilities.Count == logits.Count);
        device.Team.For(n, new Row(classes, logits.Float32, probabilities.Float32));
    }

    private readonly struct Row(int classes, float* logits, float* probabilities) : IChunkBody
    {
        public void Run(int n, int worker)
        {
            float* row = logits + (long)n * classes, result = probabilities + (long)n * classes;
            float max = SoftmaxRow.Max(row, classes);
            double inverse = 1 / SoftmaxRow.ExpSum(row, classes, max);
            for (int k = 0; k < classes; k++) result[k] = (float)(Math.Exp((double)row[k] - max) * inverse);
        }
    }
}
