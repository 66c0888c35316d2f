using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>
/// Per column of some rows: d = x − shift, Σd and Σd². The shift is near the rows' mean, so that the sums hold deviations and a large mean costs no digits.
/// Lanes are columns; four rows go through the accumulators at a time.
/// </summary>
/// <param name="table">Shifts of the first column on; the sums lie <paramref name="tableStride"/> behind, the squares as far behind these.</param>
internal readonly unsafe struct ColumnSums(float* table, nint tableStride)
{
    private const int ShiftRows = 8;

    /// <summary>All of <paramref name="count"/> rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TIsa, TVec>(float* rows, nint stride, int count, int columns) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        int whole = columns - columns % TIsa.Width;
        Start<TIsa, TVec>(rows, stride, count, 0, whole);
        Add<TIsa, TVec>(rows, stride, count, 0, whole);
        Start<ScalarSimd, float>(rows, stride, count, whole, columns);
        Add<ScalarSimd, float>(rows, stride, count, whole, columns);
    }

    /// <summary>Takes the mean of up to eight rows, spread over <paramref name="count"/>, as the shift; nothing is added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Start<TIsa, TVec>(float* rows, nint stride, int count, int from, int to) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        float* shift = table, sum = table + tableStride, squares = sum + tableStride;
        int samples = Math.Min(ShiftRows, count);
        var perSample = TIsa.Broadcast(1f / samples);
        for (int c = from; c < to; c += TIsa.Width)
        {
            var total = TIsa.Zero;
            for (int i = 0; i < samples; i++) total = TIsa.Add(total, TIsa.Load(rows + (nint)i * count / samples * stride + c));
            TIsa.Store(TIsa.Multiply(total, perSample), shift + c);
            TIsa.Store(TIsa.Zero, sum + c);
            TIsa.Store(TIsa.Zero, squares + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<TIsa, TVec>(float* rows, nint stride, int count, int from, int to) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        float* shift = table, sum = table + tableStride, squares = sum + tableStride;
        int row = 0;
        for (; row + 4 <= count; row += 4)
        {
            float* r0 = rows + row * stride, r1 = r0 + stride, r2 = r1 + stride, r3 = r2 + stride;
            for (int c = from; c < to; c += TIsa.Width)
            {
                var s = TIsa.Load(shift + c);
                TVec d0 = TIsa.Subtract(TIsa.Load(r0 + c), s), d1 = TIsa.Subtract(TIsa.Load(r1 + c), s);
                TVec d2 = TIsa.Subtract(TIsa.Load(r2 + c), s), d3 = TIsa.Subtract(TIsa.Load(r3 + c), s);
                TIsa.Store(TIsa.Add(TIsa.Load(sum + c), TIsa.Add(TIsa.Add(d0, d1), TIsa.Add(d2, d3))), sum + c);
                var q = TIsa.Add(TIsa.MultiplyAdd(d1, d1, TIsa.Multiply(d0, d0)), TIsa.MultiplyAdd(d3, d3, TIsa.Multiply(d2, d2)));
                TIsa.Store(TIsa.Add(TIsa.Load(squares + c), q), squares + c);
            }
        }
        for (; row < count; row++)
        {
            for (int c = from; c < to; c += TIsa.Width)
            {
                var d = TIsa.Subtract(TIsa.Load(rows + row * stride + c), TIsa.Load(shift + c));
                TIsa.Store(TIsa.Add(TIsa.Load(sum + c), d), sum + c);
                TIsa.Store(TIsa.MultiplyAdd(d, d, TIsa.Load(squares + c)), squares + c);
            }
        }
    }
}
