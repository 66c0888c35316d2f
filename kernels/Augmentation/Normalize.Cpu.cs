using System.Diagnostics;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Augmentation;

internal sealed unsafe class NormalizeCpu(CpuDevice device, int n, int size, ChannelScale channels) : Normalize
{
    private const int ChunkPixels = 8192;

    public override string Variant => "normalize_scalar";

    public override void Run(TensorView x, TensorView y)
    {
        long pixels = (long)n * size * size;
        Debug.Assert(x.Count == 3 * pixels && y.Count == 3 * pixels);
        device.Team.For((int)((pixels + ChunkPixels - 1) / ChunkPixels), new Body(x.UInt8, y.Float32, pixels, channels));
    }

    private readonly struct Body(byte* x, float* y, long pixels, ChannelScale channels) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            long start = (long)chunk * ChunkPixels, end = Math.Min(pixels, start + ChunkPixels);
            for (long i = 3 * start; i < 3 * end; i += 3)
            {
                y[i] = x[i] * channels.Scale0 + channels.Shift0;
                y[i + 1] = x[i + 1] * channels.Scale1 + channels.Shift1;
                y[i + 2] = x[i + 2] * channels.Scale2 + channels.Shift2;
            }
        }
    }
}
