using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

internal struct FoldArguments<TElement> where TElement : unmanaged, IElement<TElement>
{
    public ArrayView<float> Weights, Gamma, Beta, Mean, Variance, FoldedBias;
    public ArrayView<TElement> FoldedWeights;
    public int Channels, PerChannel;
    public float Epsilon;

    /// <summary>0 or 1.</summary>
    public int HasGamma;
}

/// <summary>A block per channel. Runs once per load or freeze.</summary>
internal sealed class BatchNormFoldGpu(GpuDevice device, int channels, int weightsPerChannel, float epsilon) : BatchNormFold
{
    private const int Threads = 128;

    private readonly GpuKernel<FoldArguments<Float32Element>> _float32 = device.Load<FoldArguments<Float32Element>>(Kernel, Threads);
    private readonly GpuKernel<FoldArguments<Bf16Element>> _bf16 = device.Load<FoldArguments<Bf16Element>>(Kernel, Threads);

    public override string Variant => "batchnormfold_simt";

    public override void Run(TensorView w, TensorView gamma, TensorView beta, TensorView mean, TensorView variance, TensorView foldedW, TensorView foldedBias)
    {
        Debug.Assert(w.Count == (long)channels * weightsPerChannel && foldedW.Count == w.Count && foldedBias.Count == channels);
        if (foldedW.Type == DType.BFloat16) Run(_bf16, w, gamma, beta, mean, variance, foldedW, foldedBias);
        else Run(_float32, w, gamma, beta, mean, variance, foldedW, foldedBias);
    }

    private void Run<TElement>(GpuKernel<FoldArguments<TElement>> kernel, TensorView w, TensorView gamma, TensorView beta, TensorView mean, TensorView variance, TensorView foldedW, TensorView foldedBias)
        where TElement : unmanaged, IElement<TElement>
        => kernel.Launch(channels, new()
        {
            Weights = w.GpuFloat32,
            Gamma = gamma.IsNone ? beta.GpuFloat32 : gamma.GpuFloat32,
            Beta = beta.GpuFloat32,
            Mean = mean.GpuFloat32,
            Variance = variance.GpuFloat32,
            FoldedWeights = foldedW.GpuView<TElement>(),
            FoldedBias = foldedBias.GpuFloat32,
            Channels = channels,
            PerChannel = weightsPerChannel,
            Epsilon = epsilon,
            HasGamma = gamma.IsNone ? 0 : 1,
        });

    private static void Kernel<TElement>(FoldArguments<TElement> k) where TElement : unmanaged, IElement<TElement>
    {
        int channel = Grid.IdxX;
        double scale = (k.HasGamma != 0 ? k.Gamma[channel] : 1.0) / Math.Sqrt((double)k.Variance[channel] + k.Epsilon);
        long start = (long)channel * k.PerChannel;
        for (int i = Group.IdxX; i < k.PerChannel; i += Threads) k.FoldedWeights[start + i] = default(TElement).Of((float)(k.Weights[start + i] * scale));
        if (Group.IdxX == 0) k.FoldedBias[channel] = (float)(k.Beta[channel] - k.Mean[channel] * scale);
    }
}
