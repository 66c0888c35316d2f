using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Pooling;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>A convolution's extents: x (N,H,W,C), w (K,R,S,C), y (N,P,Q,K). Padding is of zeros.</summary>
public readonly record struct Conv2dShape(int N, int H, int W, int C, int K, int R, int S, int StrideH, int StrideW, int PadTop, int PadLeft, int PadBottom, int PadRight)
{
    /// <summary>A square kernel with equal strides and padding on all sides.</summary>
    public static Conv2dShape Square(int n, int h, int w, int c, int k, int kernel, int stride, int pad)
        => new(n, h, w, c, k, kernel, kernel, stride, stride, pad, pad, pad, pad);

    /// <summary>Output height.</summary>
    public int P => (H + PadTop + PadBottom - R) / StrideH + 1;

    /// <summary>Output width.</summary>
    public int Q => (W + PadLeft + PadRight - S) / StrideW + 1;

    public Shape Input => new(N, H, W, C);

    public Shape Weights => new(K, R, S, C);

    public Shape Output => new(N, P, Q, K);

    /// <summary>Multiply-accumulates of one pass.</summary>
    public long Macs => (long)N * P * Q * K * R * S * C;

    public override string ToString() => $"n{N}h{H}w{W}c{C}_k{K}r{R}s{S}_st{StrideH}x{StrideW}_p{PadTop}.{PadLeft}.{PadBottom}.{PadRight}";

    internal void Validate()
    {
        if (N < 1 || H < 1 || W < 1 || C < 1 || K < 1 || R < 1 || S < 1 || StrideH < 1 || StrideW < 1)
            throw new ArgumentException($"conv2d {this}: extents and strides are at least 1");
        if (PadTop < 0 || PadLeft < 0 || PadBottom < 0 || PadRight < 0) throw new ArgumentException($"conv2d {this}: padding is not negative");
        if (H + PadTop + PadBottom < R || W + PadLeft + PadRight < S)
            throw new ArgumentException($"conv2d: kernel {R}×{S} is larger than the padded input {H + PadTop + PadBottom}×{W + PadLeft + PadRight} ({this})");
    }
}

/// <summary>What happens to the result while it is in cache: y = relu(conv + Bias[k] + Residual). All tensors are optional.</summary>
/// <param name="Bias">(K), or none.</param>
/// <param name="Residual">y's shape, or none; may not share y's memory.</param>
/// <param name="Relu">Whether negative results become 0.</param>
/// <param name="Statistics">
/// (parts, 3, K) of float32, or none; where <see cref="Conv2d.StatisticsParts"/> is not empty, and only with none of the others. For each of these parts of y's pixels, of the
/// values as stored: a shift s near them, Σ(y − s), Σ(y − s)². What batch norm needs, without another pass over y.
/// </param>
public readonly record struct Conv2dEpilogue(TensorView Bias, TensorView Residual, bool Relu, TensorView Statistics = default);

/// <summary>
/// Convolution (cross-correlation, as in every framework): y[n,p,q,k] = Σ x[n, p·stride + r − pad, q·stride + s − pad, c] · w[k,r,s,c].
/// fprop, dgrad and wgrad are named Forward, BackwardData and BackwardWeights. Backward needs x and w, not y.
/// </summary>
public abstract class Conv2d : OpPlan
{
    /// <param name="precision">
    /// BFloat16 takes x, w, y, residual, dx and dy in that type (biases, dw and db stay float32). An x of at most 4 channels, a network's picture, stays float32 and has no dx.
    /// </param>
    /// <exception cref="ArgumentException">The shape contradicts itself, or the device has not this precision.</exception>
    public static Conv2d Plan(Device device, Conv2dShape shape, Precision precision = Precision.Float32)
    {
        shape.Validate();
        return device switch
        {
            CpuDevice cpu => Conv2dCpu.Create(cpu.Requiring(precision), shape),
            GpuDevice gpu => Conv2dGpu.Create(gpu, shape, precision),
            _ => throw device.Lacks(nameof(Conv2d)),
        };
    }

    /// <summary>
    /// A convolution and the max pool behind it in one, for inference: forward writes the pool's results alone, of relu(conv + bias), with the same bits as the two after one another. It takes
    /// no residual and no statistics and has no backward. Null where the device has no kernel for it.
    /// </summary>
    /// <exception cref="ArgumentException">A shape contradicts itself, or the pool is not of the convolution's results.</exception>
    public static Conv2d? PlanPooled(Device device, Conv2dShape shape, Pool2dShape pool, Precision precision = Precision.Float32)
    {
        shape.Validate();
        pool.Validate();
        if (pool.Input != shape.Output) throw new ArgumentException($"conv2d {shape}: the pool takes {pool.Input}, the convolution gives {shape.Output}");
        return device is CpuDevice cpu ? Conv2dCpu.CreatePooled(cpu.Requiring(precision), shape, pool) : null;
    }

    /// <summary>How many pixels of y each part of <see cref="Conv2dEpilogue.Statistics"/> covers; empty where forward does not write them. On a GPU all but the last are equal.</summary>
    public virtual IReadOnlyList<int> StatisticsParts => [];

    /// <param name="workspace">At least <see cref="OpPlan.WorkspaceBytes"/>; so in every call.</param>
    public abstract void Forward(TensorView x, TensorView w, in Conv2dEpilogue epilogue, TensorView y, TensorView workspace);

    /// <summary>Bytes of weights in the form that forward multiplies by, for weights that serve many calls; 0 where forward has no use for one.</summary>
    public virtual long PackedWeightBytes => 0;

    /// <summary>Brings w into the form of <see cref="ForwardPacked"/>.</summary>
    /// <param name="packed"><see cref="PackedWeightBytes"/> bytes.</param>
    public virtual void PackWeights(TensorView w, TensorView packed) => throw new NotSupportedException($"{Variant} has no packed weights");

    /// <summary><see cref="Forward"/> with weights from <see cref="PackWeights"/>; the same bits.</summary>
    public virtual void ForwardPacked(TensorView x, TensorView packed, in Conv2dEpilogue epilogue, TensorView y, TensorView workspace) => throw new NotSupportedException($"{Variant} has no packed weights");

    /// <summary>dx (=|+=) gradient of the input.</summary>
    public abstract void BackwardData(TensorView dy, TensorView w, TensorView dx, GradientWrite write, TensorView workspace);

    /// <summary>dw (=|+=) gradient of the weights.</summary>
    public abstract void BackwardWeights(TensorView x, TensorView dy, TensorView dw, GradientWrite write, TensorView workspace);

    /// <summary>db (=|+=) Σ dy over N, P, Q.</summary>
    public abstract void BackwardBias(TensorView dy, TensorView db, GradientWrite write, TensorView workspace);
}
