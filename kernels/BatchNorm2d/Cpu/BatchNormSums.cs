using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>
/// Partial sums of one chunk per channel: d = x − shift, Σd and Σd². The shift is the mean of up to eight rows spread over the chunk, so that
/// the sums hold deviations and a large mean costs no digits. Lanes are channels; four rows go through the accumulators at a time.
/// </summary>
internal readonly unsafe struct StatisticsPass(BatchNormRows split, float* x, float* workspace) : IVectorBody
{
    private const int ShiftRows = 8;

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
        float* rows = x + split.First(chunk) * channels;
        float* shift = split.Partial(workspace, chunk, 0), sum = split.Partial(workspace, chunk, 1), squares = split.Partial(workspace, chunk, 2);
        int samples = Math.Min(ShiftRows, length);
        var perSample = TIsa.Broadcast(1f / samples);
        for (int c = from; c < to; c += TIsa.Width)
        {
            var total = TIsa.Zero;
            for (int i = 0; i < samples; i++) total = TIsa.Add(total, TIsa.Load(rows + (long)i * length / samples * channels + c));
            TIsa.Store(TIsa.Multiply(total, perSample), shift + c);
            TIsa.Store(TIsa.Zero, sum + c);
            TIsa.Store(TIsa.Zero, squares + c);
        }
        int row = 0;
        for (; row + 4 <= length; row += 4)
        {
            float* r0 = rows + (long)row * channels, r1 = r0 + channels, r2 = r1 + channels, r3 = r2 + channels;
            for (int c = from; c < to; c += TIsa.Width)
            {
                var s = TIsa.Load(shift + c);
                TVec d0 = TIsa.Subtract(TIsa.Load(r0 + c), s), d1 = TIsa.Subtract(TIsa.Load(r1 + c), s);
                TVec d2 = TIsa.Subtract(TIsa.Load(r2 + c), s), d3 = TIsa.Subtract(TIsa.Load(r3 + c), s);
                TIsa.Store(TIsa.Add(TIsa.Load(sum + c), TIsa.Add(TIsa.Add(d0, d1), TIsa.Add(d2, d3))), sum + c);
                var q = TIsa.Add(TIsa.MultiplyAdd(d1, d1, TIsa.Multiply(d0, d0)), TIsa.MultiplyAdd(d3, d3, TIsa.Multiply(d2, d2)));
                TIsa.Store(TIsa.Add(TIsa.Load(squares + c), q), squares + c);
            }
        }
        for (; row < length; row++)
        {
            for (int c = from; c < to; c += TIsa.Width)
            {
                var d = TIsa.Subtract(TIsa.Load(rows + (long)row * channels + c), TIsa.Load(shift + c));
                TIsa.Store(TIsa.Add(TIsa.Load(sum + c), d), sum + c);
                TIsa.Store(TIsa.MultiplyAdd(d, d, TIsa.Load(squares + c)), squares + c);
            }
        }
    }
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
