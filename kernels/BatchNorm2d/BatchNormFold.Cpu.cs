using System.Diagnostics;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>Runs once per load or freeze, so it stays plain.</summary>
internal sealed unsafe class BatchNormFoldCpu(CpuDevice device, int channels, int weightsPerChannel, float epsilon) : BatchNormFold
{
    public override string Variant => "batchnormfold_scalar";

    public override void Run(TensorView w, TensorView gamma, TensorView beta, TensorView mean, TensorView variance, TensorView foldedW, TensorView foldedBias)
    {
        Debug.Assert(w.Count == (long)channels * weightsPerChannel && foldedW.Count == w.Count && foldedBias.Count == channels);
        device.Team.For(channels, new Body(w.Float32, gamma.Float32, beta.Float32, mean.Float32, variance.Float32, foldedW.Float32, foldedBias.Float32, weightsPerChannel, epsilon));
    }

    private readonly struct Body(float* w, float* gamma, float* beta, float* mean, float* variance, float* foldedW, float* foldedBias, int perChannel, float epsilon) : IChunkBody
    {
        public void Run(int k, int worker)
        {
            double scale = (gamma == null ? 1.0 : gamma[k]) / Math.Sqrt((double)variance[k] + epsilon);
            long start = (long)k * perChannel;
            for (long i = start; i < start + perChannel; i++) foldedW[i] = (float)(w[i] * scale);
            foldedBias[k] = (float)(beta[k] - mean[k] * scale);
        }
    }
}
