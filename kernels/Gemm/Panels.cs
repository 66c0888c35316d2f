using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Gemm;

/// <summary>Brings a row-major matrix into the panels that <see cref="GemmBlock{TIsa, TVec}"/> reads: [panel][row][2 vectors].</summary>
internal static unsafe class Panels<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    /// <param name="from">Rows of <paramref name="columns"/> floats, <paramref name="stride"/> apart.</param>
    /// <param name="to">Zeros follow past the last column.</param>
    public static void Pack(float* from, int rows, nint stride, int columns, float* to)
    {
        int width = GemmBlock<TIsa, TVec>.PanelWidth;
        for (int column = 0; column < columns; column += width, to += (nint)rows * width) PackOne(from + column, rows, stride, Math.Min(width, columns - column), to);
    }

    /// <summary>One panel, of at most two vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackOne(float* row, int rows, nint stride, int columns, float* to)
    {
        int width = GemmBlock<TIsa, TVec>.PanelWidth;
        if (columns == width)
        {
            for (int i = 0; i < rows; i++, to += width, row += stride)
            {
                TIsa.Store(TIsa.Load(row), to);
                TIsa.Store(TIsa.Load(row + TIsa.Width), to + TIsa.Width);
            }
            return;
        }
        for (int i = 0; i < rows; i++, to += width, row += stride)
        {
            new ReadOnlySpan<float>(row, columns).CopyTo(new Span<float>(to, width));
            new Span<float>(to + columns, width - columns).Clear();
        }
    }
}
