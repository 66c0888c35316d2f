using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Conv2d;

internal struct PartSumsArguments
{
    public ArrayView<float> Parts, Target;
    public int Count, PartCount;

    /// <summary>0 or 1.</summary>
    public int Adds;
}

internal struct RowSumsArguments
{
    public ArrayView<float> Rows, Parts;
    public int RowCount, Columns, RowsPerPart;
}

/// <summary>Sums in parts, and the parts in their order: the same bits in every run.</summary>
internal sealed class PartSums(GpuDevice device)
{
    private const int Threads = 128;

    private readonly GpuKernel<PartSumsArguments> _combine = device.Load<PartSumsArguments>(CombineKernel, Threads);
    private readonly GpuKernel<RowSumsArguments> _rows = device.Load<RowSumsArguments>(RowsKernel, Threads);

    /// <summary>target (=|+=) Σ parts of (partCount, count).</summary>
    public void Combine(ArrayView<float> parts, int partCount, ArrayView<float> target, int count, GradientWrite write)
        => _combine.Launch(Chunks.Count(count, Threads), new() { Parts = parts, Target = target, Count = count, PartCount = partCount, Adds = write == GradientWrite.Add ? 1 : 0 });

    /// <summary>parts (⌈rows / rowsPerPart⌉, columns) = sums of the rows of each part.</summary>
    public void Rows(ArrayView<float> rows, int rowCount, int columns, int rowsPerPart, ArrayView<float> parts)
        => _rows.Launch(new Index3D(Chunks.Count(columns, Threads), Chunks.Count(rowCount, rowsPerPart), 1),
            new() { Rows = rows, Parts = parts, RowCount = rowCount, Columns = columns, RowsPerPart = rowsPerPart });

    private static void CombineKernel(PartSumsArguments k)
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= k.Count) return;
        float sum = k.Adds != 0 ? k.Target[i] : 0;
        for (int part = 0; part < k.PartCount; part++) sum += k.Parts[(long)part * k.Count + i];
        k.Target[i] = sum;
    }

    private static void RowsKernel(RowSumsArguments k)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column >= k.Columns) return;
        int first = Grid.IdxY * k.RowsPerPart, end = IntrinsicMath.Min(first + k.RowsPerPart, k.RowCount);
        float sum = 0;
        for (int row = first; row < end; row++) sum += k.Rows[row * k.Columns + column];
        k.Parts[Grid.IdxY * k.Columns + column] = sum;
    }
}
