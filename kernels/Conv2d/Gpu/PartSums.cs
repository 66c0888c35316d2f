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

internal struct RowSumsArguments<TElement> where TElement : unmanaged, IElement<TElement>
{
    public ArrayView<TElement> Rows;
    public ArrayView<float> Parts;
    public int RowCount, Columns, RowsPerPart;
}

/// <summary>Sums in parts, and the parts in their order: the same bits in every run.</summary>
internal sealed class PartSums(GpuDevice device)
{
    private const int Threads = 128;

    private readonly GpuKernel<PartSumsArguments> _combine = device.Load<PartSumsArguments>(CombineKernel, Threads);
    private readonly GpuKernel<RowSumsArguments<Float32Element>> _rows = device.Load<RowSumsArguments<Float32Element>>(RowsKernel, Threads);
    private readonly GpuKernel<RowSumsArguments<Bf16Element>> _bf16Rows = device.Load<RowSumsArguments<Bf16Element>>(RowsKernel, Threads);

    /// <summary>target (=|+=) Σ parts of (partCount, count).</summary>
    public void Combine(ArrayView<float> parts, int partCount, ArrayView<float> target, int count, GradientWrite write)
        => _combine.Launch(Chunks.Count(count, Threads), new() { Parts = parts, Target = target, Count = count, PartCount = partCount, Adds = write == GradientWrite.Add ? 1 : 0 });

    /// <summary>parts (⌈rows / rowsPerPart⌉, columns) = sums of the rows of each part.</summary>
    public void Rows(TensorView rows, int rowCount, int columns, int rowsPerPart, ArrayView<float> parts)
    {
        var grid = new Index3D(Chunks.Count(columns, Threads), Chunks.Count(rowCount, rowsPerPart), 1);
        if (rows.Type == DType.BFloat16) _bf16Rows.Launch(grid, new() { Rows = rows.GpuView<Bf16Element>(), Parts = parts, RowCount = rowCount, Columns = columns, RowsPerPart = rowsPerPart });
        else _rows.Launch(grid, new() { Rows = rows.GpuView<Float32Element>(), Parts = parts, RowCount = rowCount, Columns = columns, RowsPerPart = rowsPerPart });
    }

    private static void CombineKernel(PartSumsArguments k)
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= k.Count) return;
        float sum = k.Adds != 0 ? k.Target[i] : 0;
        for (int part = 0; part < k.PartCount; part++) sum += k.Parts[(long)part * k.Count + i];
        k.Target[i] = sum;
    }

    private static void RowsKernel<TElement>(RowSumsArguments<TElement> k) where TElement : unmanaged, IElement<TElement>
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column >= k.Columns) return;
        int first = Grid.IdxY * k.RowsPerPart, end = IntrinsicMath.Min(first + k.RowsPerPart, k.RowCount);
        float sum = 0;
        for (int row = first; row < end; row++) sum += k.Rows[row * k.Columns + column].Value;
        k.Parts[Grid.IdxY * k.Columns + column] = sum;
    }
}
