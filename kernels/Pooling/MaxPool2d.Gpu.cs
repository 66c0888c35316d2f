using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Pooling;

internal struct MaxPoolArguments<TElement> where TElement : unmanaged, IElement<TElement>
{
    public ArrayView<TElement> X, Y;
    public ArrayView<byte> Argmax;
    public int H, W, C, R, S, StrideH, StrideW, PadTop, PadLeft, P, Q, Count;

    /// <summary>0 or 1: kernel arguments hold no bool.</summary>
    public int Saves, Adds;
}

/// <summary>
/// Forward a thread per output, backward a thread per input, which adds up in a fixed order the windows that cover it and that it won: no atomics.
/// Neighbours are channels.
/// </summary>
internal sealed class MaxPool2dGpu(GpuDevice device, Pool2dShape shape) : MaxPool2d
{
    private const int Threads = 256;

    private readonly Kernels<Float32Element> _float32 = new(device, shape);
    private readonly Kernels<Bf16Element> _bf16 = new(device, shape);

    public override string Variant => "maxpool_simt";

    public override long Flops => shape.Output.Count * shape.R * shape.S;

    public override void Forward(TensorView x, TensorView y, TensorView argmax)
    {
        if (x.Type == DType.BFloat16) _bf16.Forward(x, y, argmax);
        else _float32.Forward(x, y, argmax);
    }

    public override void Backward(TensorView dy, TensorView argmax, TensorView dx, GradientWrite write)
    {
        if (dx.Type == DType.BFloat16) _bf16.Backward(dy, argmax, dx, write);
        else _float32.Backward(dy, argmax, dx, write);
    }

    private sealed class Kernels<TElement>(GpuDevice device, Pool2dShape shape) where TElement : unmanaged, IElement<TElement>
    {
        private readonly GpuKernel<MaxPoolArguments<TElement>> _forward = device.Load<MaxPoolArguments<TElement>>(ForwardKernel, Threads);
        private readonly GpuKernel<MaxPoolArguments<TElement>> _backward = device.Load<MaxPoolArguments<TElement>>(BackwardKernel, Threads);

        public void Forward(TensorView x, TensorView y, TensorView argmax)
            => Launch(_forward, shape.Output.Count, new() { X = x.GpuView<TElement>(), Y = y.GpuView<TElement>(), Argmax = argmax.GpuUInt8, Saves = argmax.IsNone ? 0 : 1 });

        public void Backward(TensorView dy, TensorView argmax, TensorView dx, GradientWrite write)
            => Launch(_backward, shape.Input.Count, new() { X = dx.GpuView<TElement>(), Y = dy.GpuView<TElement>(), Argmax = argmax.GpuUInt8, Adds = write == GradientWrite.Add ? 1 : 0 });

        private void Launch(GpuKernel<MaxPoolArguments<TElement>> kernel, long count, MaxPoolArguments<TElement> arguments)
        {
            (arguments.H, arguments.W, arguments.C, arguments.R, arguments.S) = (shape.H, shape.W, shape.C, shape.R, shape.S);
            (arguments.StrideH, arguments.StrideW, arguments.PadTop, arguments.PadLeft) = (shape.StrideH, shape.StrideW, shape.PadTop, shape.PadLeft);
            (arguments.P, arguments.Q, arguments.Count) = (shape.P, shape.Q, checked((int)count));
            kernel.Launch(Chunks.Count(count, Threads), arguments);
        }
    }

    private static void ForwardKernel<TElement>(MaxPoolArguments<TElement> k) where TElement : unmanaged, IElement<TElement>
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= k.Count) return;
        int c = i % k.C, q = i / k.C % k.Q, p = i / (k.C * k.Q) % k.P, n = i / (k.C * k.Q * k.P);
        int top = p * k.StrideH - k.PadTop, left = q * k.StrideW - k.PadLeft;
        float best = 0;
        int winner = -1;
        for (int r = IntrinsicMath.Max(0, -top); r < IntrinsicMath.Min(k.R, k.H - top); r++)
        {
            for (int s = IntrinsicMath.Max(0, -left); s < IntrinsicMath.Min(k.S, k.W - left); s++)
            {
                float value = k.X[((n * k.H + top + r) * k.W + left + s) * k.C + c].Value;
                // The first element starts the maximum, so that −∞ everywhere has a winner too; a NaN wins.
                if (winner >= 0 && !(value > best) && !float.IsNaN(value)) continue;
                best = value;
                winner = r * k.S + s;
            }
        }
        k.Y[i] = default(TElement).Of(best);
        if (k.Saves != 0) k.Argmax[i] = (byte)winner;
    }

    private static void BackwardKernel<TElement>(MaxPoolArguments<TElement> k) where TElement : unmanaged, IElement<TElement>
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= k.Count) return;
        int c = i % k.C, column = i / k.C % k.W + k.PadLeft, row = i / (k.C * k.W) % k.H + k.PadTop, n = i / (k.C * k.W * k.H);
        int firstP = row < k.R ? 0 : (row - k.R) / k.StrideH + 1, endP = IntrinsicMath.Min(k.P, row / k.StrideH + 1);
        int firstQ = column < k.S ? 0 : (column - k.S) / k.StrideW + 1, endQ = IntrinsicMath.Min(k.Q, column / k.StrideW + 1);
        float sum = k.Adds != 0 ? k.X[i].Value : 0;
        for (int p = firstP; p < endP; p++)
        {
            for (int q = firstQ; q < endQ; q++)
            {
                int output = ((n * k.P + p) * k.Q + q) * k.C + c, index = (row - p * k.StrideH) * k.S + column - q * k.StrideW;
                if (k.Argmax[output] == index) sum += k.Y[output].Value;
            }
        }
        k.X[i] = default(TElement).Of(sum);
    }
}
