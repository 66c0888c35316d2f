using System.Numerics.Tensors;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>Σ dy over the pixels of each channel: float32 within a chunk of rows, float64 over the chunks in order.</summary>
internal sealed unsafe class BiasGradient(CpuDevice device, Conv2dShape shape)
{
    private const int ChunkRows = 2048;

    private readonly long _rows = (long)shape.N * shape.P * shape.Q;

    /// <summary>Floats of workspace.</summary>
    public long PartialCount => (long)ChunkCount * shape.K;

    private int ChunkCount => Chunks.Count(_rows, ChunkRows);

    public void Run(float* dy, float* db, GradientWrite write, float* partial)
    {
        int chunks = ChunkCount, channels = shape.K;
        device.Team.For(chunks, new ColumnSums(dy, partial, _rows, channels));
        for (int k = 0; k < channels; k++)
        {
            double total = write == GradientWrite.Add ? db[k] : 0;
            for (int chunk = 0; chunk < chunks; chunk++) total += partial[(long)chunk * channels + k];
            db[k] = (float)total;
        }
    }

    private readonly struct ColumnSums(float* dy, float* partial, long rows, int columns) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            var sum = new Span<float>(partial + (long)chunk * columns, columns);
            long first = (long)chunk * ChunkRows, end = Math.Min(first + ChunkRows, rows);
            sum.Clear();
            for (long row = first; row < end; row++) TensorPrimitives.Add(sum, new ReadOnlySpan<float>(dy + row * columns, columns), sum);
        }
    }
}
