using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Optimizers;

/// <summary>
/// norm = √Σdw² over the segments and scale = min(1, maxNorm/(norm + 1e-6)), torch.nn.utils.clip_grad_norm_'s factor; the optimizer applies it.
/// Chunks of 16,384 elements are added up in order, in float64. A NaN or Inf gradient gives a NaN or Inf norm.
/// </summary>
public abstract class GradientNorm : OpPlan
{
    /// <summary>A plan over the segments, which ascend and do not overlap; their groups do not matter.</summary>
    public static GradientNorm Plan(Device device, ParameterSegment[] segments)
    {
        var chunks = new SegmentChunks(nameof(GradientNorm), Array.ConvertAll(segments, s => s with { Group = 0 }), 1);
        return device switch
        {
            CpuDevice cpu => new GradientNormCpu(cpu, chunks),
            GpuDevice gpu => new GradientNormGpu(gpu, chunks),
            _ => throw device.Lacks(nameof(GradientNorm)),
        };
    }

    /// <param name="dw">Gradients, flat.</param>
    /// <param name="maxNorm">Largest norm; 0 or less: no clipping, scale is 1.</param>
    /// <param name="norm">(1), before clipping.</param>
    /// <param name="scale">(1), what the gradients are to be multiplied by.</param>
    /// <param name="workspace">As the plan asks.</param>
    public abstract void Run(TensorView dw, float maxNorm, TensorView norm, TensorView scale, TensorView workspace);
}
