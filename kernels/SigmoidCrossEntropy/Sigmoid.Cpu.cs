using System.Diagnostics;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SigmoidCrossEntropy;

internal sealed unsafe class SigmoidCpu(CpuDevice device, int n, int classes) : Sigmoid
{
    public override string Variant => "sigmoid_float64";

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
            for (int k = 0; k < classes; k++) result[k] = (float)(1 / (1 + Math.Exp(-(double)row[k])));
        }
    }
}
