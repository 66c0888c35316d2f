using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary><see cref="ColumnSums"/> of one chunk.</summary>
internal readonly unsafe struct StatisticsPass(BatchNormRows split, float* x, float* workspace) : IVectorBody
{
    public void Run<TIsa, TVec>(int chunk, int worker) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
        => new ColumnSums(split.Partial(workspace, chunk, 0), split.Stride).Run<TIsa, TVec>(x + split.First(chunk) * split.Channels, split.Channels, split.Length(chunk), split.Channels);
}

/// <summary>Partial sums of one chunk per channel for backward: Σg and Σg·(x − mean), where g is dy, under ReLU only where y &gt; 0 (y null: no ReLU).</summary>
internal readonly unsafe struct GradientSumsPass(BatchNormRows split, float* x, float* y, float* dy, float* mean, float* workspace) : IVectorBody
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TIsa, TVec>(int chunk, int worker) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        int whole = split.Channels - split.Channels % TIsa.Width;
        Columns<TIsa, TVec>(chunk, 0, whole);
        Columns<ScalarSimd, float>(chunk, whole, split.Channels);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Columns<TIsa, TVec>(int chunk, int from, int to) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        int channels = split.Channels, length = split.Length(chunk);
        long start = split.First(chunk) * channels;
        float* sum = split.Partial(workspace, chunk, 0), dot = split.Partial(workspace, chunk, 1);
        for (int c = from; c < to; c += TIsa.Width)
        {
            TIsa.Store(TIsa.Zero, sum + c);
            TIsa.Store(TIsa.Zero, dot + c);
        }
        int row = 0;
        for (; row + 4 <= length; row += 4)
        {
            long first = start + (long)row * channels;
            for (int c = from; c < to; c += TIsa.Width)
            {
                var m = TIsa.Load(mean + c);
                long i0 = first + c, i1 = i0 + channels, i2 = i1 + channels, i3 = i2 + channels;
                TVec g0 = Gradient<TIsa, TVec>(i0), g1 = Gradient<TIsa, TVec>(i1), g2 = Gradient<TIsa, TVec>(i2), g3 = Gradient<TIsa, TVec>(i3);
                TIsa.Store(TIsa.Add(TIsa.Load(sum + c), TIsa.Add(TIsa.Add(g0, g1), TIsa.Add(g2, g3))), sum + c);
                var even = TIsa.MultiplyAdd(g1, Deviation<TIsa, TVec>(i1, m), TIsa.Multiply(g0, Deviation<TIsa, TVec>(i0, m)));
                var odd = TIsa.MultiplyAdd(g3, Deviation<TIsa, TVec>(i3, m), TIsa.Multiply(g2, Deviation<TIsa, TVec>(i2, m)));
                TIsa.Store(TIsa.Add(TIsa.Load(dot + c), TIsa.Add(even, odd)), dot + c);
            }
        }
        for (; row < length; row++)
        {
            for (int c = from; c < to; c += TIsa.Width)
            {
                long i = start + (long)row * channels + c;
                var g = Gradient<TIsa, TVec>(i);
                TIsa.Store(TIsa.Add(TIsa.Load(sum + c), g), sum + c);
                TIsa.Store(TIsa.MultiplyAdd(g, Deviation<TIsa, TVec>(i, TIsa.Load(mean + c)), TIsa.Load(dot + c)), dot + c);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVec Gradient<TIsa, TVec>(long i) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
        => y == null ? TIsa.Load(dy + i) : TIsa.WherePositive(TIsa.Load(y + i), TIsa.Load(dy + i));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVec Deviation<TIsa, TVec>(long i, TVec m) where TIsa : struct, ISimd<TVec> where TVec : unmanaged => TIsa.Subtract(TIsa.Load(x + i), m);
}
