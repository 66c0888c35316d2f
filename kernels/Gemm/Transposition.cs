using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeTrainer.Kernels.Gemm;

/// <summary>Rows become columns.</summary>
internal static unsafe class Transposition
{
    /// <summary>Four by four floats.</summary>
    /// <param name="fromStride">Floats from one row of the source to the next.</param>
    /// <param name="toStride">Floats from one row of the target, a column of the source, to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(float* from, nint fromStride, float* to, nint toStride)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + fromStride), c = Vector128.Load(from + 2 * fromStride), d = Vector128.Load(from + 3 * fromStride);
        Turn(a, b, c, d, to, toStride);
    }

    /// <inheritdoc cref="Turn(float*, nint, float*, nint)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d, float* to, nint toStride)
    {
        if (!Sse.IsSupported)
        {
            for (int row = 0; row < 4; row++) Vector128.Store(Vector128.Create(a[row], b[row], c[row], d[row]), to + row * toStride);
            return;
        }
        Vector128<float> abLow = Sse.UnpackLow(a, b), abHigh = Sse.UnpackHigh(a, b), cdLow = Sse.UnpackLow(c, d), cdHigh = Sse.UnpackHigh(c, d);
        Vector128.Store(Sse.MoveLowToHigh(abLow, cdLow), to);
        Vector128.Store(Sse.MoveHighToLow(cdLow, abLow), to + toStride);
        Vector128.Store(Sse.MoveLowToHigh(abHigh, cdHigh), to + 2 * toStride);
        Vector128.Store(Sse.MoveHighToLow(cdHigh, abHigh), to + 3 * toStride);
    }
}
