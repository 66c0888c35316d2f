using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Optimizers;

/// <summary>
/// Stochastic gradient descent as torch.optim.SGD, one pass over the flat parameters:
/// g = gradScale·dw + weightDecay·w; momentum μ &gt; 0: b = g on the first step, else μ·b + (1 − dampening)·g; g = g + μ·b if Nesterov, else b; w −= lr·g.
/// </summary>
public abstract class Sgd : OpPlan
{
    /// <summary>A plan over the segments, which ascend and do not overlap; groups number the rates.</summary>
    public static Sgd Plan(Device device, ParameterSegment[] segments, int groups)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        return device switch
        {
            CpuDevice cpu => new SgdCpu(cpu, new SegmentChunks(nameof(Sgd), segments, groups)),
            GpuDevice gpu => new SgdGpu(gpu, new SegmentChunks(nameof(Sgd), segments, groups)),
            _ => throw device.Lacks(nameof(Sgd)),
        };
    }

    /// <param name="w">Parameters, flat.</param>
    /// <param name="dw">Gradients, as many.</param>
    /// <param name="momentumBuffer">State, as many; none if <paramref name="momentum"/> is 0.</param>
    /// <param name="learningRates">Per group.</param>
    /// <param name="weightDecays">Per group; 0 for none.</param>
    /// <param name="momentum">0 for plain descent.</param>
    /// <param name="dampening">Must be 0 with Nesterov.</param>
    /// <param name="nesterov">Needs momentum.</param>
    /// <param name="firstStep">Whether the buffer holds nothing yet.</param>
    /// <param name="gradScale">(1), such as the clipping factor of <see cref="GradientNorm"/>; optional.</param>
    public abstract void Step(TensorView w, TensorView dw, TensorView momentumBuffer, float[] learningRates, float[] weightDecays,
        float momentum, float dampening, bool nesterov, bool firstStep, TensorView gradScale);
}
