using NativeTrainer.Kernels.CrossEntropy;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SigmoidCrossEntropy;

/// <summary>probabilities = 1 / (1 + exp(−logits)), each for itself. For evaluation: it has no backward.</summary>
public abstract class Sigmoid : Probabilities
{
    /// <summary>A plan for (<paramref name="n"/>, <paramref name="classes"/>).</summary>
    public static Sigmoid Plan(Device device, int n, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        return device switch
        {
            CpuDevice cpu => new SigmoidCpu(cpu, n, classes),
            GpuDevice gpu => new SigmoidGpu(gpu, n, classes),
            _ => throw device.Lacks(nameof(Sigmoid)),
        };
    }
}
