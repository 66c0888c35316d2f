using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>What a batch normalisation does besides its shape.</summary>
/// <param name="Epsilon">Added to the variance; positive.</param>
/// <param name="Momentum">Weight of the new statistics in the running ones, 0 to 1 (PyTorch's meaning; 0.1 by default there).</param>
/// <param name="Relu">Whether ReLU is applied to the result; backward then needs y.</param>
public readonly record struct BatchNormOptions(float Epsilon, float Momentum, bool Relu);

/// <summary>
/// Batch normalisation over the rows of a (rows, channels) matrix, rows = N·H·W, with torch.nn.BatchNorm2d's semantics:
/// y = act((x − mean)·invStd·weight + bias [+ residual]), act = ReLU or nothing.
/// Training takes mean and biased variance from x and moves the running statistics, runningVar by the unbiased variance;
/// evaluation takes the running statistics. Every vector is (channels). Backward in training needs x, the saved mean and 1/√(var+ε), and y if ReLU.
/// A residual's gradient is dy under the ReLU mask: where y is above 0. On a GPU forward writes that mask, a sixteenth of y's bytes or less, and backward reads it in y's place.
/// </summary>
public abstract class BatchNorm2d : OpPlan
{
    /// <summary>A plan for <paramref name="rows"/> × <paramref name="channels"/>.</summary>
    /// <param name="activations">Type of x, y, residual and their gradients: float32, or bfloat16 on a GPU.</param>
    /// <param name="statisticsParts">Rows of the parts of the statistics that ForwardTrain may be given (<see cref="Conv2d.Conv2d.StatisticsParts"/>); null or empty: none.</param>
    /// <exception cref="ArgumentOutOfRangeException">An extent below 1, ε not positive, or a momentum outside 0 to 1.</exception>
    public static BatchNorm2d Plan(Device device, long rows, int channels, BatchNormOptions options, DType activations = DType.Float32, IReadOnlyList<int>? statisticsParts = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        if (!(options.Epsilon > 0)) throw new ArgumentOutOfRangeException(nameof(options), options.Epsilon, "batch norm's epsilon is positive");
        if (options.Momentum is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(options), options.Momentum, "batch norm's momentum is 0 to 1");
        return device switch
        {
            CpuDevice cpu => new BatchNorm2dCpu(cpu.Requiring(activations), rows, channels, options, statisticsParts ?? []),
            GpuDevice gpu => BatchNorm2dGpu.Create(gpu, rows, channels, options, activations, statisticsParts is { Count: > 0 } ? statisticsParts[0] : 0),
            _ => throw device.Lacks(nameof(BatchNorm2d)),
        };
    }

    /// <summary>Bytes of the mask that forward writes and backward reads in y's place; 0 where backward reads y, and without ReLU.</summary>
    public virtual long MaskBytes => 0;

    /// <summary>
    /// Normalises by the batch's own statistics, saves them for backward and moves the running ones.
    /// <paramref name="residual"/> is optional; y may share residual's memory but not x's.
    /// </summary>
    /// <param name="statistics">What a convolution's epilogue wrote of x (<see cref="Conv2d.Conv2dEpilogue.Statistics"/>): saves a pass over x. Or none.</param>
    /// <param name="mask"><see cref="MaskBytes"/> of uint8 for backward, or none where no backward follows.</param>
    /// <exception cref="InvalidOperationException">One row: its variance is zero and its unbiased variance undefined, as in PyTorch.</exception>
    public abstract void ForwardTrain(TensorView x, TensorView weight, TensorView bias, TensorView residual, TensorView y,
        TensorView savedMean, TensorView savedInvStd, TensorView runningMean, TensorView runningVar, TensorView workspace, TensorView statistics = default, TensorView mask = default);

    /// <summary>Normalises by the running statistics. <paramref name="residual"/> and <paramref name="mask"/> are optional; y may share x's or residual's memory.</summary>
    public abstract void ForwardEval(TensorView x, TensorView weight, TensorView bias, TensorView runningMean, TensorView runningVar,
        TensorView residual, TensorView y, TensorView workspace, TensorView mask = default);

    /// <summary>
    /// Gradients of <see cref="ForwardTrain"/>. <paramref name="dResidual"/> is optional, and so is the pair <paramref name="dweight"/>,
    /// <paramref name="dbias"/>. y is the mask where <see cref="MaskBytes"/> is not 0; without ReLU it may be none. One of dx and dResidual may share dy's memory if written with <see cref="GradientWrite.Overwrite"/>.
    /// </summary>
    public abstract void BackwardTrain(TensorView x, TensorView y, TensorView dy, TensorView weight, TensorView savedMean, TensorView savedInvStd,
        TensorView dx, GradientWrite dxWrite, TensorView dResidual, GradientWrite residualWrite,
        TensorView dweight, TensorView dbias, GradientWrite parameterWrite, TensorView workspace);

    /// <summary>
    /// Gradients of <see cref="ForwardEval"/>. dx, dResidual and the pair dweight, dbias are optional; x is needed only for dweight; y as in <see cref="BackwardTrain"/>.
    /// One of dx and dResidual may share dy's memory if written with <see cref="GradientWrite.Overwrite"/>.
    /// </summary>
    public abstract void BackwardEval(TensorView x, TensorView y, TensorView dy, TensorView weight, TensorView runningMean, TensorView runningVar,
        TensorView dx, GradientWrite dxWrite, TensorView dResidual, GradientWrite residualWrite,
        TensorView dweight, TensorView dbias, GradientWrite parameterWrite, TensorView workspace);
}
