using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeTrainer.Kernels.Devices;

/// <summary>
/// One instruction set's float32 vectors. A kernel is written once as <c>Kernel&lt;TIsa, TVec&gt;</c> and compiled by the
/// JIT for each: every member is a static call on a struct type argument and inlines to one instruction.
/// </summary>
internal unsafe interface ISimd<TVec> where TVec : unmanaged
{
    /// <summary>Lanes: 16, 8 or 4. A constant to the JIT.</summary>
    static abstract int Width { get; }

    static abstract TVec Zero { get; }

    static abstract TVec Load(float* address);

    static abstract void Store(TVec value, float* address);

    static abstract TVec Broadcast(float value);

    static abstract TVec Add(TVec a, TVec b);

    static abstract TVec Subtract(TVec a, TVec b);

    static abstract TVec Multiply(TVec a, TVec b);

    static abstract TVec Divide(TVec a, TVec b);

    /// <summary>a·b + c; fused where the machine fuses.</summary>
    static abstract TVec MultiplyAdd(TVec a, TVec b, TVec c);

    /// <summary>Lane-wise maximum; NaN wins, as in PyTorch.</summary>
    static abstract TVec Max(TVec a, TVec b);

    static abstract TVec Sqrt(TVec a);

    /// <summary><paramref name="a"/> where <paramref name="y"/> &gt; 0, else 0: the gradient of ReLU by its output.</summary>
    static abstract TVec WherePositive(TVec y, TVec a);

    /// <summary><paramref name="yes"/> where a == b, else <paramref name="no"/>.</summary>
    static abstract TVec WhereEqual(TVec a, TVec b, TVec yes, TVec no);

    /// <summary><paramref name="yes"/> where a &gt; b or a is NaN, else <paramref name="no"/>: whether a maximum b is to be replaced by a.</summary>
    static abstract TVec WhereGreaterOrNaN(TVec a, TVec b, TVec yes, TVec no);

    /// <summary><see cref="Width"/> bytes as whole numbers.</summary>
    static abstract TVec LoadBytes(byte* address);

    /// <summary>Whole numbers of 0 to 255 as <see cref="Width"/> bytes.</summary>
    static abstract void StoreBytes(TVec value, byte* address);

    /// <summary>Lanes added in a fixed order: halves, then quarters, and so on.</summary>
    static abstract float Sum(TVec a);
}

internal readonly unsafe struct Avx512Simd : ISimd<Vector512<float>>
{
    public static int Width => 16;

    public static Vector512<float> Zero => Vector512<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* address) => Vector512.Load(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* address) => Vector512.Store(value, address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Avx512F.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Vector512.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sqrt(Vector512<float> a) => Vector512.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WherePositive(Vector512<float> y, Vector512<float> a) => Vector512.GreaterThan(y, Vector512<float>.Zero) & a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WhereEqual(Vector512<float> a, Vector512<float> b, Vector512<float> yes, Vector512<float> no) => Vector512.ConditionalSelect(Vector512.Equals(a, b), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WhereGreaterOrNaN(Vector512<float> a, Vector512<float> b, Vector512<float> yes, Vector512<float> no)
        => Vector512.ConditionalSelect(Vector512.GreaterThan(a, b) | ~Vector512.Equals(a, a), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBytes(byte* address) => Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.Load(address)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(Vector512<float> value, byte* address)
        => Avx512F.ConvertToVector128Byte(Avx512F.ConvertToVector512Int32(value)).Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> a) => Avx2Simd.Sum(a.GetLower() + a.GetUpper());
}

internal readonly unsafe struct Avx2Simd : ISimd<Vector256<float>>
{
    public static int Width => 8;

    public static Vector256<float> Zero => Vector256<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* address) => Vector256.Load(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* address) => Vector256.Store(value, address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Fma.MultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Vector256.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sqrt(Vector256<float> a) => Vector256.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WherePositive(Vector256<float> y, Vector256<float> a) => Vector256.GreaterThan(y, Vector256<float>.Zero) & a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WhereEqual(Vector256<float> a, Vector256<float> b, Vector256<float> yes, Vector256<float> no) => Vector256.ConditionalSelect(Vector256.Equals(a, b), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WhereGreaterOrNaN(Vector256<float> a, Vector256<float> b, Vector256<float> yes, Vector256<float> no)
        => Vector256.ConditionalSelect(Vector256.GreaterThan(a, b) | ~Vector256.Equals(a, a), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBytes(byte* address) => Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(Vector256<float> value, byte* address)
        => *(ulong*)address = Vector128.Narrow(Vector128.Narrow(Vector256.ConvertToInt32Native(value).GetLower(), Vector256.ConvertToInt32Native(value).GetUpper()), Vector128<short>.Zero).AsUInt64()[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> a) => PortableSimd.Sum(a.GetLower() + a.GetUpper());
}

internal readonly unsafe struct PortableSimd : ISimd<Vector128<float>>
{
    public static int Width => 4;

    public static Vector128<float> Zero => Vector128<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* address) => Vector128.Load(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* address) => Vector128.Store(value, address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Vector128.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) => Vector128.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sqrt(Vector128<float> a) => Vector128.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WherePositive(Vector128<float> y, Vector128<float> a) => Vector128.GreaterThan(y, Vector128<float>.Zero) & a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WhereEqual(Vector128<float> a, Vector128<float> b, Vector128<float> yes, Vector128<float> no) => Vector128.ConditionalSelect(Vector128.Equals(a, b), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WhereGreaterOrNaN(Vector128<float> a, Vector128<float> b, Vector128<float> yes, Vector128<float> no)
        => Vector128.ConditionalSelect(Vector128.GreaterThan(a, b) | ~Vector128.Equals(a, a), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadBytes(byte* address) => Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)address).AsByte())).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(Vector128<float> value, byte* address)
        => *(uint*)address = Vector128.Narrow(Vector128.Narrow(Vector128.ConvertToInt32Native(value), Vector128<int>.Zero), Vector128<short>.Zero).AsUInt32()[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> a) => (a[0] + a[2]) + (a[1] + a[3]);
}
