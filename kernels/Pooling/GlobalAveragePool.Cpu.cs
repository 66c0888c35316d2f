using System.Diagnostics;
using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Pooling;

/// <summary>Lanes are channels; a chunk is one sample and up to 128 of its channels.</summary>
internal sealed unsafe class GlobalAveragePoolCpu(CpuDevice device, int n, int pixels, int channels) : GlobalAveragePool
{
    private const int ChunkChannels = 128;

    private readonly int _blocks = Chunks.Count(channels, ChunkChannels);

    public override string Variant => $"globalaveragepool_{device.Isa}".ToLowerInvariant();

    public override long Flops => (long)n * pixels * channels;

    public override void Forward(TensorView x, TensorView y)
    {
        Debug.Assert(x.Count == Flops && y.Count == (long)n * channels);
        device.For(n * _blocks, new Body(new Split(_blocks, pixels, channels), x.Float32, y.Float32, false, false));
    }

    public override void Backward(TensorView dy, TensorView dx, GradientWrite write)
    {
        Debug.Assert(dx.Count == Flops && dy.Count == (long)n * channels);
        device.For(n * _blocks, new Body(new Split(_blocks, pixels, channels), dx.Float32, dy.Float32, true, write == GradientWrite.Add));
    }

    private readonly record struct Split(int Blocks, int Pixels, int Channels);

    private readonly struct Body(Split split, float* full, float* pooled, bool backward, bool add) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TIsa, TVec>(int chunk, int worker) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
        {
            int from = chunk % split.Blocks * ChunkChannels, to = Math.Min(split.Channels, from + ChunkChannels);
            int whole = to - (to - from) % TIsa.Width, sample = chunk / split.Blocks;
            Columns<TIsa, TVec>(sample, from, whole);
            Columns<ScalarSimd, float>(sample, whole, to);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Columns<TIsa, TVec>(int sample, int from, int to) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
        {
            int channels = split.Channels;
            var share = TIsa.Broadcast(1f / split.Pixels);
            for (int c = from; c < to; c += TIsa.Width)
            {
                float* pixel = full + (long)sample * split.Pixels * channels + c, end = pixel + (long)split.Pixels * channels, one = pooled + (long)sample * channels + c;
                if (backward)
                {
                    var gradient = TIsa.Multiply(TIsa.Load(one), share);
                    for (; pixel < end; pixel += channels) TIsa.Store(add ? TIsa.Add(TIsa.Load(pixel), gradient) : gradient, pixel);
                    continue;
                }
                var sum = TIsa.Zero;
                for (; pixel < end; pixel += channels) sum = TIsa.Add(sum, TIsa.Load(pixel));
                TIsa.Store(TIsa.Multiply(sum, share), one);
            }
        }
    }
}
