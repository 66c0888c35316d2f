using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Optimizers;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) as torch.optim.AdamW, one pass over the flat parameters, t counting from 1: g = gradScale·dw; w −= lr·weightDecay·w;
/// m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; w −= lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε). State m and v starts at zero.
/// </summary>
public abstract class AdamW : OpPlan
{
    /// <summary>A plan over the segments, which ascend and do not overlap; groups number the rates.</summary>
    public static AdamW Plan(Device device, ParameterSegment[] segments, int groups)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        return device switch
        {
            CpuDevice cpu => new AdamWCpu(cpu, new SegmentChunks(nameof(AdamW), segments, groups)),
            GpuDevice gpu => new AdamWGpu(gpu, new SegmentChunks(nameof(AdamW), segments, groups)),
            _ => throw device.Lacks(nameof(AdamW)),
        };
    }

    /// <param name="w">Parameters, flat.</param>
    /// <param name="dw">Gradients, as many.</param>
    /// <param name="m">First moments, as many.</param>
    /// <param name="v">Second moments, as many.</param>
    /// <param name="learningRates">Per group.</param>
    /// <param name="weightDecays">Per group; decoupled from the gradient.</param>
    /// <param name="beta1">Usually 0.9; below 1.</param>
    /// <param name="beta2">Usually 0.999; below 1.</param>
    /// <param name="epsilon">Usually 1e-8.</param>
    /// <param name="step">1 at the first call.</param>
    /// <param name="gradScale">(1), such as the clipping factor of <see cref="GradientNorm"/>; optional.</param>
    public abstract void Step(TensorView w, TensorView dw, TensorView m, TensorView v, float[] learningRates, float[] weightDecays,
        float beta1, float beta2, float epsilon, int step, TensorView gradScale);
}
