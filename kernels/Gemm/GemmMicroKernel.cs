using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Gemm;

/// <summary>A row count that the JIT knows as a constant.</summary>
internal interface IRowCount
{
    static abstract int Count { get; }
}

internal readonly struct Rows1 : IRowCount
{
    public static int Count => 1;
}

internal readonly struct Rows2 : IRowCount
{
    public static int Count => 2;
}

internal readonly struct Rows3 : IRowCount
{
    public static int Count => 3;
}

internal readonly struct Rows4 : IRowCount
{
    public static int Count => 4;
}

internal readonly struct Rows5 : IRowCount
{
    public static int Count => 5;
}

internal readonly struct Rows6 : IRowCount
{
    public static int Count => 6;
}

internal readonly struct Rows7 : IRowCount
{
    public static int Count => 7;
}

internal readonly struct Rows8 : IRowCount
{
    public static int Count => 8;
}

internal readonly struct Rows9 : IRowCount
{
    public static int Count => 9;
}

internal readonly struct Rows10 : IRowCount
{
    public static int Count => 10;
}

internal readonly struct Rows11 : IRowCount
{
    public static int Count => 11;
}

internal readonly struct Rows12 : IRowCount
{
    public static int Count => 12;
}

/// <summary>
/// C (rows × 2 vectors) = or += A·B, the innermost loop of every convolution and linear layer. The accumulators stay in registers: 24 of
/// AVX-512's 32 at 12 rows, 12 of AVX2's 16 at 6. A's element (row, step) lies at a[row·rowStride + step·stepStride], so that a row-major A
/// (fprop, dgrad) and a column-major one (wgrad) need no repacking; B is a packed panel, 2 vectors per step. One source for all row counts and
/// instruction sets: rows past the count are removed by the JIT. Every element is one chain of fused multiply-adds over the steps, so its
/// bits do not depend on the row count it was computed with.
/// </summary>
internal static unsafe class GemmMicroKernel<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows>(float* a, nint rowStride, nint stepStride, float* b, float* c, nint ldc, int steps, bool accumulate) where TRows : struct, IRowCount
    {
        int width = TIsa.Width;
        TVec c00 = TIsa.Zero, c01 = TIsa.Zero;
        TVec c10 = TIsa.Zero, c11 = TIsa.Zero;
        TVec c20 = TIsa.Zero, c21 = TIsa.Zero;
        TVec c30 = TIsa.Zero, c31 = TIsa.Zero;
        TVec c40 = TIsa.Zero, c41 = TIsa.Zero;
        TVec c50 = TIsa.Zero, c51 = TIsa.Zero;
        TVec c60 = TIsa.Zero, c61 = TIsa.Zero;
        TVec c70 = TIsa.Zero, c71 = TIsa.Zero;
        TVec c80 = TIsa.Zero, c81 = TIsa.Zero;
        TVec c90 = TIsa.Zero, c91 = TIsa.Zero;
        TVec c100 = TIsa.Zero, c101 = TIsa.Zero;
        TVec c110 = TIsa.Zero, c111 = TIsa.Zero;
        if (accumulate)
        {
            if (TRows.Count > 0) (c00, c01) = (TIsa.Load(c + 0 * ldc), TIsa.Load(c + 0 * ldc + width));
            if (TRows.Count > 1) (c10, c11) = (TIsa.Load(c + 1 * ldc), TIsa.Load(c + 1 * ldc + width));
            if (TRows.Count > 2) (c20, c21) = (TIsa.Load(c + 2 * ldc), TIsa.Load(c + 2 * ldc + width));
            if (TRows.Count > 3) (c30, c31) = (TIsa.Load(c + 3 * ldc), TIsa.Load(c + 3 * ldc + width));
            if (TRows.Count > 4) (c40, c41) = (TIsa.Load(c + 4 * ldc), TIsa.Load(c + 4 * ldc + width));
            if (TRows.Count > 5) (c50, c51) = (TIsa.Load(c + 5 * ldc), TIsa.Load(c + 5 * ldc + width));
            if (TRows.Count > 6) (c60, c61) = (TIsa.Load(c + 6 * ldc), TIsa.Load(c + 6 * ldc + width));
            if (TRows.Count > 7) (c70, c71) = (TIsa.Load(c + 7 * ldc), TIsa.Load(c + 7 * ldc + width));
            if (TRows.Count > 8) (c80, c81) = (TIsa.Load(c + 8 * ldc), TIsa.Load(c + 8 * ldc + width));
            if (TRows.Count > 9) (c90, c91) = (TIsa.Load(c + 9 * ldc), TIsa.Load(c + 9 * ldc + width));
            if (TRows.Count > 10) (c100, c101) = (TIsa.Load(c + 10 * ldc), TIsa.Load(c + 10 * ldc + width));
            if (TRows.Count > 11) (c110, c111) = (TIsa.Load(c + 11 * ldc), TIsa.Load(c + 11 * ldc + width));
        }
        // Four bases and one or two strides keep every address in x86's base + index form.
        nint twice = 2 * rowStride;
        float* a3 = a + 3 * rowStride, a6 = a + 6 * rowStride, a9 = a + 9 * rowStride;
        for (int step = 0; step < steps; step++)
        {
            TVec b0 = TIsa.Load(b), b1 = TIsa.Load(b + width);
            if (TRows.Count > 0)
            {
                var v = TIsa.Broadcast(a[0]);
                c00 = TIsa.MultiplyAdd(v, b0, c00);
                c01 = TIsa.MultiplyAdd(v, b1, c01);
            }
            if (TRows.Count > 1)
            {
                var v = TIsa.Broadcast(a[rowStride]);
                c10 = TIsa.MultiplyAdd(v, b0, c10);
                c11 = TIsa.MultiplyAdd(v, b1, c11);
            }
            if (TRows.Count > 2)
            {
                var v = TIsa.Broadcast(a[twice]);
                c20 = TIsa.MultiplyAdd(v, b0, c20);
                c21 = TIsa.MultiplyAdd(v, b1, c21);
            }
            if (TRows.Count > 3)
            {
                var v = TIsa.Broadcast(a3[0]);
                c30 = TIsa.MultiplyAdd(v, b0, c30);
                c31 = TIsa.MultiplyAdd(v, b1, c31);
            }
            if (TRows.Count > 4)
            {
                var v = TIsa.Broadcast(a3[rowStride]);
                c40 = TIsa.MultiplyAdd(v, b0, c40);
                c41 = TIsa.MultiplyAdd(v, b1, c41);
            }
            if (TRows.Count > 5)
            {
                var v = TIsa.Broadcast(a3[twice]);
                c50 = TIsa.MultiplyAdd(v, b0, c50);
                c51 = TIsa.MultiplyAdd(v, b1, c51);
            }
            if (TRows.Count > 6)
            {
                var v = TIsa.Broadcast(a6[0]);
                c60 = TIsa.MultiplyAdd(v, b0, c60);
                c61 = TIsa.MultiplyAdd(v, b1, c61);
            }
            if (TRows.Count > 7)
            {
                var v = TIsa.Broadcast(a6[rowStride]);
                c70 = TIsa.MultiplyAdd(v, b0, c70);
                c71 = TIsa.MultiplyAdd(v, b1, c71);
            }
            if (TRows.Count > 8)
            {
                var v = TIsa.Broadcast(a6[twice]);
                c80 = TIsa.MultiplyAdd(v, b0, c80);
                c81 = TIsa.MultiplyAdd(v, b1, c81);
            }
            if (TRows.Count > 9)
            {
                var v = TIsa.Broadcast(a9[0]);
                c90 = TIsa.MultiplyAdd(v, b0, c90);
                c91 = TIsa.MultiplyAdd(v, b1, c91);
            }
            if (TRows.Count > 10)
            {
                var v = TIsa.Broadcast(a9[rowStride]);
                c100 = TIsa.MultiplyAdd(v, b0, c100);
                c101 = TIsa.MultiplyAdd(v, b1, c101);
            }
            if (TRows.Count > 11)
            {
                var v = TIsa.Broadcast(a9[twice]);
                c110 = TIsa.MultiplyAdd(v, b0, c110);
                c111 = TIsa.MultiplyAdd(v, b1, c111);
            }
            a += stepStride;
            if (TRows.Count > 3) a3 += stepStride;
            if (TRows.Count > 6) a6 += stepStride;
            if (TRows.Count > 9) a9 += stepStride;
            b += 2 * width;
        }
        if (TRows.Count > 0)
        {
            TIsa.Store(c00, c + 0 * ldc);
            TIsa.Store(c01, c + 0 * ldc + width);
        }
        if (TRows.Count > 1)
        {
            TIsa.Store(c10, c + 1 * ldc);
            TIsa.Store(c11, c + 1 * ldc + width);
        }
        if (TRows.Count > 2)
        {
            TIsa.Store(c20, c + 2 * ldc);
            TIsa.Store(c21, c + 2 * ldc + width);
        }
        if (TRows.Count > 3)
        {
            TIsa.Store(c30, c + 3 * ldc);
            TIsa.Store(c31, c + 3 * ldc + width);
        }
        if (TRows.Count > 4)
        {
            TIsa.Store(c40, c + 4 * ldc);
            TIsa.Store(c41, c + 4 * ldc + width);
        }
        if (TRows.Count > 5)
        {
            TIsa.Store(c50, c + 5 * ldc);
            TIsa.Store(c51, c + 5 * ldc + width);
        }
        if (TRows.Count > 6)
        {
            TIsa.Store(c60, c + 6 * ldc);
            TIsa.Store(c61, c + 6 * ldc + width);
        }
        if (TRows.Count > 7)
        {
            TIsa.Store(c70, c + 7 * ldc);
            TIsa.Store(c71, c + 7 * ldc + width);
        }
        if (TRows.Count > 8)
        {
            TIsa.Store(c80, c + 8 * ldc);
            TIsa.Store(c81, c + 8 * ldc + width);
        }
        if (TRows.Count > 9)
        {
            TIsa.Store(c90, c + 9 * ldc);
            TIsa.Store(c91, c + 9 * ldc + width);
        }
        if (TRows.Count > 10)
        {
            TIsa.Store(c100, c + 10 * ldc);
            TIsa.Store(c101, c + 10 * ldc + width);
        }
        if (TRows.Count > 11)
        {
            TIsa.Store(c110, c + 11 * ldc);
            TIsa.Store(c111, c + 11 * ldc + width);
        }
    }
}
