using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>
/// y = act((x − mean)·scale + offset [+ residual]) with the coefficient rows mean, scale, offset. Chunks run last to first: the statistics
/// pass left the last ones in the cache.
/// </summary>
internal readonly unsafe struct NormalisePass(BatchNormRows split, float* x, float* residual, float* y, bool relu, float* workspace) : IVectorBody
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TIsa, TVec>(int chunk, int worker) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        chunk = split.Chunks - 1 - chunk;
        int whole = split.Channels - split.Channels % TIsa.Width;
        Columns<TIsa, TVec>(chunk, 0, whole);
        Columns<ScalarSimd, float>(chunk, whole, split.Channels);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Columns<TIsa, TVec>(int chunk, int from, int to) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        if (from == to) return;
        float* mean = split.Coefficients(workspace, 0), scale = split.Coefficients(workspace, 1), offset = split.Coefficients(workspace, 2);
        float* input = x, added = residual, output = y;
        bool clamp = relu;
        for (long row = split.First(chunk), end = split.End(chunk); row < end; row++)
        {
            long i = row * split.Channels + from;
            for (int c = from; c < to; c += TIsa.Width, i += TIsa.Width)
            {
                var value = TIsa.MultiplyAdd(TIsa.Subtract(TIsa.Load(input + i), TIsa.Load(mean + c)), TIsa.Load(scale + c), TIsa.Load(offset + c));
                if (added != null) value = TIsa.Add(value, TIsa.Load(added + i));
                if (clamp) value = TIsa.Max(value, TIsa.Zero);
                TIsa.Store(value, output + i);
            }
        }
    }
}

/// <summary>
/// g = dy, under ReLU only where y &gt; 0 (y null: no ReLU); dResidual (=|+=) g; dx (=|+=) scale·g + (slope·(x − mean) + offset) with the
/// coefficient rows mean, scale, slope, offset; with constant statistics (x null) just scale·g. Every element is read before it is written.
/// </summary>
internal readonly unsafe struct GradientPass(BatchNormRows split, float* x, float* y, float* dy, float* dx, bool addDx, float* dResidual, bool addResidual, float* workspace)
    : IVectorBody
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TIsa, TVec>(int chunk, int worker) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        chunk = split.Chunks - 1 - chunk;
        int whole = split.Channels - split.Channels % TIsa.Width;
        Columns<TIsa, TVec>(chunk, 0, whole);
        Columns<ScalarSimd, float>(chunk, whole, split.Channels);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Columns<TIsa, TVec>(int chunk, int from, int to) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        if (from == to) return;
        float* mean = split.Coefficients(workspace, 0), scale = split.Coefficients(workspace, 1);
        float* slope = split.Coefficients(workspace, 2), offset = split.Coefficients(workspace, 3);
        float* input = x, output = y, gradient = dy, target = dx, branch = dResidual;
        bool addTarget = addDx, addBranch = addResidual;
        for (long row = split.First(chunk), end = split.End(chunk); row < end; row++)
        {
            long i = row * split.Channels + from;
            for (int c = from; c < to; c += TIsa.Width, i += TIsa.Width)
            {
                var g = TIsa.Load(gradient + i);
                if (output != null) g = TIsa.WherePositive(TIsa.Load(output + i), g);
                if (target != null)
                {
                    var value = TIsa.Multiply(g, TIsa.Load(scale + c));
                    if (input != null)
                    {
                        var rest = TIsa.MultiplyAdd(TIsa.Subtract(TIsa.Load(input + i), TIsa.Load(mean + c)), TIsa.Load(slope + c), TIsa.Load(offset + c));
                        value = TIsa.MultiplyAdd(g, TIsa.Load(scale + c), rest);
                    }
                    if (addTarget) value = TIsa.Add(value, TIsa.Load(target + i));
                    TIsa.Store(value, target + i);
                }
                if (branch != null) TIsa.Store(addBranch ? TIsa.Add(g, TIsa.Load(branch + i)) : g, branch + i);
            }
        }
    }
}
