using System.Diagnostics;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Kernels.Dropout;

/// <summary>Plain code: dropout sits on a head's few features, and drawing costs more than multiplying.</summary>
internal sealed unsafe class DropoutCpu(CpuDevice device, long count, float probability) : Dropout
{
    private const int ChunkElements = 4096;

    public override string Variant => "dropout_scalar";

    public override long Flops => count;

    public override void Forward(TensorView x, TensorView y, ulong key) => Backward(x, y, GradientWrite.Overwrite, key);

    public override void Backward(TensorView dy, TensorView dx, GradientWrite write, ulong key)
    {
        Debug.Assert(dy.Count == count && dx.Count == count);
        device.Team.For(Chunks.Count(count, ChunkElements), new Body(dy.Float32, dx.Float32, count, probability, write == GradientWrite.Add, key));
    }

    private readonly struct Body(float* dy, float* dx, long count, float probability, bool add, ulong key) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            float scale = (float)(1 / (1.0 - probability));
            long end = Math.Min(count, (chunk + 1L) * ChunkElements);
            for (long i = (long)chunk * ChunkElements; i < end; i += 4)
            {
                var block = CounterRandom.Block(key, (ulong)i / 4);
                for (int word = 0; word < 4 && i + word < end; word++)
                {
                    float value = DropoutMask.Keeps(block, word, probability) ? dy[i + word] * scale : 0;
                    dx[i + word] = add ? dx[i + word] + value : value;
                }
            }
        }
    }
}
