using System.Diagnostics;
using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Pooling;

/// <summary>Lanes are channels. A chunk is one row of outputs forward, one row of inputs backward.</summary>
internal sealed unsafe class MaxPool2dCpu(CpuDevice device, Pool2dShape shape) : MaxPool2d
{
    public override string Variant => $"maxpool_{device.Isa}".ToLowerInvariant();

    public override long Flops => shape.Output.Count * shape.R * shape.S;

    public override void Forward(TensorView x, TensorView y, TensorView argmax)
    {
        Debug.Assert(x.Count == shape.Input.Count && y.Count == shape.Output.Count && (argmax.IsNone || argmax.Count == y.Count));
        device.For(shape.N * shape.P, new MaxPoolForward(shape, x.Float32, y.Float32, argmax.UInt8));
    }

    public override void Backward(TensorView dy, TensorView argmax, TensorView dx, GradientWrite write)
    {
        Debug.Assert(dx.Count == shape.Input.Count && dy.Count == shape.Output.Count && argmax.Count == dy.Count);
        device.For(shape.N * shape.H, new MaxPoolBackward(shape, dy.Float32, argmax.UInt8, dx.Float32, write == GradientWrite.Add));
    }
}

internal readonly unsafe struct MaxPoolForward(Pool2dShape shape, float* x, float* y, byte* argmax) : IVectorBody
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TIsa, TVec>(int chunk, int worker) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        int whole = shape.C - shape.C % TIsa.Width;
        Columns<TIsa, TVec>(chunk, 0, whole);
        Columns<ScalarSimd, float>(chunk, whole, shape.C);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Columns<TIsa, TVec>(int chunk, int from, int to) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        if (from == to) return;
        int n = chunk / shape.P, p = chunk % shape.P, channels = shape.C, columns = shape.Q;
        int top = p * shape.StrideH - shape.PadTop, rowStart = Math.Max(0, -top), rowEnd = Math.Min(shape.R, shape.H - top);
        long rowStride = (long)shape.W * channels;
        for (int q = 0; q < columns; q++)
        {
            int left = q * shape.StrideW - shape.PadLeft, columnStart = Math.Max(0, -left), columnEnd = Math.Min(shape.S, shape.W - left);
            float* corner = x + ((long)n * shape.H + top) * rowStride + (long)left * channels;
            long output = ((long)chunk * columns + q) * channels;
            for (int c = from; c < to; c += TIsa.Width)
            {
                // The first element that is inside starts the maximum, so that -inf everywhere still has a winner inside.
                var best = TIsa.Load(corner + rowStart * rowStride + columnStart * channels + c);
                var winner = TIsa.Broadcast(rowStart * shape.S + columnStart);
                for (int r = rowStart; r < rowEnd; r++)
                {
                    float* element = corner + r * rowStride + columnStart * channels + c;
                    for (int s = columnStart; s < columnEnd; s++, element += channels)
                    {
                        var value = TIsa.Load(element);
                        winner = TIsa.WhereGreaterOrNaN(value, best, TIsa.Broadcast(r * shape.S + s), winner);
                        best = TIsa.WhereGreaterOrNaN(value, best, value, best);
                    }
                }
                TIsa.Store(best, y + output + c);
                if (argmax != null) TIsa.StoreBytes(winner, argmax + output + c);
            }
        }
    }
}

/// <summary>Gathers: each input element adds up, in a fixed order, the windows that cover it and that it won. No two chunks write the same element.</summary>
internal readonly unsafe struct MaxPoolBackward(Pool2dShape shape, float* dy, byte* argmax, float* dx, bool add) : IVectorBody
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TIsa, TVec>(int chunk, int worker) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        int whole = shape.C - shape.C % TIsa.Width;
        Columns<TIsa, TVec>(chunk, 0, whole);
        Columns<ScalarSimd, float>(chunk, whole, shape.C);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Columns<TIsa, TVec>(int chunk, int from, int to) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        if (from == to) return;
        int n = chunk / shape.H, h = chunk % shape.H, channels = shape.C;
        var (firstP, endP) = Covering(h + shape.PadTop, shape.R, shape.StrideH, shape.P);
        for (int w = 0; w < shape.W; w++)
        {
            var (firstQ, endQ) = Covering(w + shape.PadLeft, shape.S, shape.StrideW, shape.Q);
            long input = ((long)chunk * shape.W + w) * channels;
            for (int c = from; c < to; c += TIsa.Width)
            {
                var sum = add ? TIsa.Load(dx + input + c) : TIsa.Zero;
                for (int p = firstP; p < endP; p++)
                {
                    int r = h + shape.PadTop - p * shape.StrideH;
                    for (int q = firstQ; q < endQ; q++)
                    {
                        var index = TIsa.Broadcast(r * shape.S + w + shape.PadLeft - q * shape.StrideW);
                        long output = (((long)n * shape.P + p) * shape.Q + q) * channels + c;
                        sum = TIsa.Add(sum, TIsa.WhereEqual(TIsa.LoadBytes(argmax + output), index, TIsa.Load(dy + output), TIsa.Zero));
                    }
                }
                TIsa.Store(sum, dx + input + c);
            }
        }
    }

    /// <summary>Windows [First, End) that hold position <paramref name="at"/>, counted with padding: p·stride ≤ at &lt; p·stride + window.</summary>
    private static (int First, int End) Covering(int at, int window, int stride, int outputs)
        => (at < window ? 0 : (at - window) / stride + 1, Math.Min(outputs, at / stride + 1));
}
