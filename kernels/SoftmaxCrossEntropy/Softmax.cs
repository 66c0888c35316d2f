using NativeTrainer.Kernels.CrossEntropy;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SoftmaxCrossEntropy;

/// <summary>probabilities[n,k] = exp(logits[n,k]) / Σⱼ exp(logits[n,j]), shifted by the row's maximum. For evaluation: it has no backward.</summary>
public abstract class Softmax : Probabilities
{
    /// <summary>A plan for (<paramref name="n"/>, <paramref name="classes"/>).</summary>
    public static Softmax Plan(Device device, int n, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        return device switch
        {
            CpuDevice cpu => new SoftmaxCpu(cpu, n, classes),
            GpuDevice gpu => new SoftmaxGpu(gpu, n, classes),
            _ => throw device.Lacks(nameof(Softmax)),
        };
    }
}
