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

/// <summary>Each row of inputs adds up, in a fixed order, what the windows over it give to the elements that won. No two chunks write the same element.</summary>
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
        int n = chunk / shape.H, h = chunk % shape.H, channels = shape.C, at = h + shape.PadTop;
        float* row = dx + (long)chunk * shape.W * channels;
        if (!add) Clear<TIsa, TVec>(row, from, to);
        // The windows with p·stride ≤ at < p·stride + R, counted with padding.
        int firstP = at < shape.R ? 0 : (at - shape.R) / shape.StrideH + 1, endP = Math.Min(shape.P, at / shape.StrideH + 1);
        for (int p = firstP; p < endP; p++)
        {
            int place = (at - p * shape.StrideH) * shape.S;
            long output = ((long)n * shape.P + p) * shape.Q * channels;
            for (int q = 0; q < shape.Q; q++, output += channels)
            {
                int left = q * shape.StrideW - shape.PadLeft, end = Math.Min(shape.S, shape.W - left);
                for (int s = Math.Max(0, -left); s < end; s++)
                {
                    var index = TIsa.Broadcast(place + s);
                    float* target = row + (long)(left + s) * channels;
                    for (int c = from; c < to; c += TIsa.Width)
                        TIsa.Store(TIsa.Add(TIsa.Load(target + c), TIsa.WhereEqual(TIsa.LoadBytes(argmax + output + c), index, TIsa.Load(dy + output + c), TIsa.Zero)), target + c);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Clear<TIsa, TVec>(float* row, int from, int to) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        for (int w = 0; w < shape.W; w++, row += shape.C)
            for (int c = from; c < to; c += TIsa.Width) TIsa.Store(TIsa.Zero, row + c);
    }
}
