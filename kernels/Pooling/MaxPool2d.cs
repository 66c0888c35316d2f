using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Pooling;

/// <summary>A pooling over (N, H, W, C) with R×S windows. Padding never wins a maximum.</summary>
/// <param name="CeilMode">Rounds the output's extent up, so that a last, partly outside window counts.</param>
public readonly record struct Pool2dShape(int N, int H, int W, int C, int R, int S, int StrideH, int StrideW,
    int PadTop, int PadLeft, int PadBottom, int PadRight, bool CeilMode)
{
    /// <summary>Square kernel, stride and padding.</summary>
    public static Pool2dShape Square(int n, int h, int w, int c, int kernel, int stride, int pad, bool ceilMode = false)
        => new(n, h, w, c, kernel, kernel, stride, stride, pad, pad, pad, pad, ceilMode);

    /// <summary>Output height, by PyTorch's rule: rounded up in ceil mode, less a last window that would start beyond the input and its top padding.</summary>
    public int P => Extent(H, R, StrideH, PadTop, PadBottom);

    /// <summary>Output width, by the same rule.</summary>
    public int Q => Extent(W, S, StrideW, PadLeft, PadRight);

    public Shape Input => new(N, H, W, C);

    public Shape Output => new(N, P, Q, C);

    internal void Validate()
    {
        if (N < 1 || H < 1 || W < 1 || C < 1 || R < 1 || S < 1 || StrideH < 1 || StrideW < 1)
            throw new ArgumentException($"max pool: every extent and stride is at least 1, got {this}");
        if (R * S > 255) throw new ArgumentException($"max pool: a window has at most 255 elements, got {R}×{S}");
        if (Math.Min(Math.Min(PadTop, PadLeft), Math.Min(PadBottom, PadRight)) < 0
            || 2 * Math.Max(PadTop, PadBottom) > R || 2 * Math.Max(PadLeft, PadRight) > S)
            throw new ArgumentException($"max pool: padding is 0 to half the window, got {this}");
        if (P < 1 || Q < 1) throw new ArgumentException($"max pool: a {R}×{S} window does not fit the input {Input} with its padding; use larger images");
    }

    private int Extent(int extent, int window, int stride, int padBefore, int padAfter)
    {
        int steps = extent + padBefore + padAfter - window;
        if (steps < 0) return 0;
        int count = (CeilMode ? (steps + stride - 1) / stride : steps / stride) + 1;
        return CeilMode && (count - 1) * stride >= extent + padBefore ? count - 1 : count;
    }
}

/// <summary>
/// y[n,p,q,c] = max over the window at (p·StrideH − PadTop, q·StrideW − PadLeft) of x. Backward needs, per output, which window element won:
/// argmax (N, P, Q, C) of UInt8 holds r·S + s. Ties go to the first element in row order and NaN wins, as in PyTorch.
/// </summary>
public abstract class MaxPool2d : OpPlan
{
    /// <summary>A plan; windows have at most 255 elements and each holds some of the input. Activations are float32, or bfloat16 on a GPU.</summary>
    /// <exception cref="ArgumentException">The window, stride or padding does not fit the input; the message gives the shape.</exception>
    public static MaxPool2d Plan(Device device, Pool2dShape shape, DType activations = DType.Float32)
    {
        shape.Validate();
        return device switch
        {
            CpuDevice cpu => new MaxPool2dCpu(cpu.Requiring(activations), shape),
            GpuDevice gpu => new MaxPool2dGpu(gpu, shape),
            _ => throw device.Lacks(nameof(MaxPool2d)),
        };
    }

    /// <summary><paramref name="argmax"/> is optional: without a backward it is not needed.</summary>
    public abstract void Forward(TensorView x, TensorView y, TensorView argmax);

    /// <summary>dx (N, H, W, C) (=|+=) the sum of dy over the windows that each element won.</summary>
    public abstract void Backward(TensorView dy, TensorView argmax, TensorView dx, GradientWrite write);
}
