using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Gemm;

/// <summary>
/// C (rows × columns) = or += A·B over one block of steps: panels outside, row tiles inside, so that a panel of B stays in the near caches
/// while A's tile passes. B is packed as [panel][all steps][2 vectors] with zeros past the last column.
/// </summary>
internal static unsafe class GemmBlock<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    /// <summary>Columns of a panel.</summary>
    public static int PanelWidth => 2 * TIsa.Width;

    /// <summary>Rows of the largest tile: as many as the registers hold.</summary>
    public static int TileRows => TIsa.Width == 16 ? 12 : 6;

    /// <summary>Floats of a packed B.</summary>
    public static long PackedCount(long steps, int columns) => (columns + PanelWidth - 1) / PanelWidth * PanelWidth * steps;

    /// <param name="a">Element (0, 0) of A; see <see cref="GemmMicroKernel{TIsa, TVec}"/> for the strides.</param>
    /// <param name="packed">B's first panel at this block's first step.</param>
    /// <param name="panelStride">Floats from one panel to the next.</param>
    /// <param name="c">Row-major, <paramref name="ldc"/> floats a row.</param>
    public static void Run(float* a, nint rowStride, nint stepStride, int rows, float* packed, nint panelStride, int columns, int steps, float* c, nint ldc, bool accumulate)
    {
        float* tile = stackalloc float[12 * 32];
        for (int column = 0; column < columns; column += PanelWidth, packed += panelStride)
        {
            int valid = Math.Min(PanelWidth, columns - column);
            for (int row = 0; row < rows; row += TileRows)
            {
                int count = Math.Min(TileRows, rows - row);
                float* cTile = c + row * ldc + column;
                if (valid == PanelWidth)
                {
                    Dispatch(count, a + row * rowStride, rowStride, stepStride, packed, cTile, ldc, steps, accumulate);
                    continue;
                }
                // The last panel is narrower than two vectors: compute a full tile aside and copy the columns that exist.
                if (accumulate) CopyTile(cTile, ldc, tile, PanelWidth, count, valid);
                Dispatch(count, a + row * rowStride, rowStride, stepStride, packed, tile, PanelWidth, steps, accumulate);
                CopyTile(tile, PanelWidth, cTile, ldc, count, valid);
            }
        }
    }

    private static void CopyTile(float* from, nint fromStride, float* to, nint toStride, int rows, int columns)
    {
        for (int r = 0; r < rows; r++)
            Unsafe.CopyBlockUnaligned(to + r * toStride, from + r * fromStride, (uint)(columns * sizeof(float)));
    }

    private static void Dispatch(int rows, float* a, nint rowStride, nint stepStride, float* b, float* c, nint ldc, int steps, bool accumulate)
    {
        switch (rows)
        {
            case 1: GemmMicroKernel<TIsa, TVec>.Run<Rows1>(a, rowStride, stepStride, b, c, ldc, steps, accumulate); break;
            case 2: GemmMicroKernel<TIsa, TVec>.Run<Rows2>(a, rowStride, stepStride, b, c, ldc, steps, accumulate); break;
            case 3: GemmMicroKernel<TIsa, TVec>.Run<Rows3>(a, rowStride, stepStride, b, c, ldc, steps, accumulate); break;
            case 4: GemmMicroKernel<TIsa, TVec>.Run<Rows4>(a, rowStride, stepStride, b, c, ldc, steps, accumulate); break;
            case 5: GemmMicroKernel<TIsa, TVec>.Run<Rows5>(a, rowStride, stepStride, b, c, ldc, steps, accumulate); break;
            case 6: GemmMicroKernel<TIsa, TVec>.Run<Rows6>(a, rowStride, stepStride, b, c, ldc, steps, accumulate); break;
            case 7: GemmMicroKernel<TIsa, TVec>.Run<Rows7>(a, rowStride, stepStride, b, c, ldc, steps, accumulate); break;
            case 8: GemmMicroKernel<TIsa, TVec>.Run<Rows8>(a, rowStride, stepStride, b, c, ldc, steps, accumulate); break;
            case 9: GemmMicroKernel<TIsa, TVec>.Run<Rows9>(a, rowStride, stepStride, b, c, ldc, steps, accumulate); break;
            case 10: GemmMicroKernel<TIsa, TVec>.Run<Rows10>(a, rowStride, stepStride, b, c, ldc, steps, accumulate); break;
            case 11: GemmMicroKernel<TIsa, TVec>.Run<Rows11>(a, rowStride, stepStride, b, c, ldc, steps, accumulate); break;
            default: GemmMicroKernel<TIsa, TVec>.Run<Rows12>(a, rowStride, stepStride, b, c, ldc, steps, accumulate); break;
        }
    }
}
