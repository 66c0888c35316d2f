using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>The transformed pixels under a band of rows, as <see cref="StemTiles"/> lays them out.</summary>
internal static unsafe class StemPixels<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    /// <param name="row">First row of results.</param>
    /// <param name="line">Scratch of <see cref="StemTiles.LineFloats"/>.</param>
    public static void Run(in StemTiles tiles, float* x, int image, int row, int rows, float* line, float* pixels)
    {
        var shape = tiles.Shape;
        int top = row * shape.StrideH - shape.PadTop, count = (rows - 1) * shape.StrideH + shape.R, start = shape.PadLeft * shape.C;
        int taken = Math.Min(shape.W * shape.C, tiles.LineFloats - start);
        new Span<float>(line, tiles.LineFloats).Clear();
        // In ascending order: what a row spills over belongs to the next.
        for (int i = 0; i < count; i++)
        {
            int h = top + i;
            if ((uint)h < (uint)shape.H) Unsafe.CopyBlockUnaligned(line + start, x + ((long)image * shape.H + h) * shape.W * shape.C, (uint)taken * sizeof(float));
            else new Span<float>(line + start, taken).Clear();
            StemTransforms<TIsa, TVec>.Pixels(line, tiles, pixels, i);
        }
    }
}
