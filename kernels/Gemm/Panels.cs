using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Gemm;

/// <summary>Brings a row-major matrix into the panels that <see cref="GemmBlock{TIsa, TVec}"/> reads: [panel][row][2 vectors].</summary>
internal static unsafe class Panels<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    /// <param name="from">Rows of <paramref name="columns"/> floats.</param>
    /// <param name="to">Zeros follow past the last column.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(float* from, int rows, int columns, float* to)
    {
        int width = GemmBlock<TIsa, TVec>.PanelWidth;
        for (int column = 0; column < columns; column += width)
        {
            int valid = Math.Min(width, columns - column);
            float* row = from + column;
            if (valid == width)
            {
                for (int i = 0; i < rows; i++, to += width, row += columns)
                {
                    TIsa.Store(TIsa.Load(row), to);
                    TIsa.Store(TIsa.Load(row + TIsa.Width), to + TIsa.Width);
                }
                continue;
            }
            for (int i = 0; i < rows; i++, to += width, row += columns)
            {
                new ReadOnlySpan<float>(row, valid).CopyTo(new Span<float>(to, width));
                new Span<float>(to + valid, width - valid).Clear();
            }
        }
    }
}
