using System.Runtime.CompilerServices;

namespace NativeTrainer.Kernels.Devices;

/// <summary>
/// One lane. The columns left over by whole vectors run the same kernel source with this, so that a remainder has no second copy of the arithmetic.
/// </summary>
internal readonly unsafe struct ScalarSimd : ISimd<float>
{
    public static int Width => 1;

    public static float Zero => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(float* address) => *address;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float value, float* address) => *address = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Broadcast(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float a, float b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Subtract(float a, float b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Multiply(float a, float b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Divide(float a, float b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float a, float b, float c) => float.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(float a, float b) => MathF.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sqrt(float a) => MathF.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float WherePositive(float y, float a) => y > 0 ? a : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float WhereEqual(float a, float b, float yes, float no) => a == b ? yes : no;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float WhereGreaterOrNaN(float a, float b, float yes, float no) => a > b || float.IsNaN(a) ? yes : no;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadBytes(byte* address) => *address;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(float value, byte* address) => *address = (byte)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(float a) => a;
}
