using ILGPU;
using ILGPU.IR.Intrinsics;

namespace NativeTrainer.Kernels.Devices;

/// <summary>
/// PTX instructions that C# has no words for (PTX ISA 7.8, sm_80), as calls whose operands stay in registers; <see cref="PtxIntrinsics"/> writes them.
/// Fragment layouts: kernels/README.md. Addresses of shared memory are 32-bit, as <see cref="SharedAddress"/> gives them.
/// What has a body here also runs on ILGPU's simulator; the rest belongs to kernels that only a card or the PTX executor runs.
/// </summary>
internal static class Ptx
{
    /// <summary>Where an element of shared memory lies in the shared window, in bytes.</summary>
    [IntrinsicImplementation]
    public static int SharedAddress(ref Float4 element) => default;

    /// <summary>cp.async: 16 bytes from global memory to shared, past the registers and L1; of them the first <paramref name="bytes"/> are read, the others become zero.</summary>
    [IntrinsicImplementation]
    public static void CopyAsync(int shared, ref Float4 source, int bytes) { }

    /// <summary>Closes the group of this thread's copies since the last.</summary>
    [IntrinsicImplementation]
    public static void CopyCommit() { }

    /// <summary>Waits until at most <paramref name="pending"/> (a constant) of this thread's latest groups are under way. Others' copies show after a barrier.</summary>
    [IntrinsicImplementation]
    public static void CopyWait(int pending) { }

    /// <summary>ldmatrix.x4: four 8×8 matrices of 16-bit elements. Lanes 8i to 8i+7 give the addresses of the eight 16-byte rows of matrix i; lane l gets elements 2(l mod 4) and +1 of row l/4 of each.</summary>
    [IntrinsicImplementation]
    public static Bits4 LoadMatrices(int shared) => default;

    /// <summary>As <see cref="LoadMatrices"/>, each matrix transposed: lane l gets rows 2(l mod 4) and +1 of column l/4.</summary>
    [IntrinsicImplementation]
    public static Bits4 LoadMatricesTransposed(int shared) => default;

    /// <summary>mma.sync m16n8k16: c + a (16×16) · b (16×8) of bfloat16, float32 sums.</summary>
    [IntrinsicImplementation]
    public static Float4 MultiplyBf16(Bits4 a, uint b0, uint b1, Float4 c) => default;

    /// <summary>mma.sync m16n8k8: c + a (16×8) · b (8×8) of tf32, float32 sums.</summary>
    [IntrinsicImplementation]
    public static Float4 MultiplyTf32(Bits4 a, uint b0, uint b1, Float4 c) => default;

    /// <summary>cvt.rna.tf32: a float32's bits rounded to tf32 (10 bits of mantissa), ties away from zero.</summary>
    [IntrinsicImplementation]
    public static uint RoundTf32(uint bits) => (bits + 0x1000) & ~0x1FFFu;

    /// <summary>cvt.rn.bf16x2: two float32 rounded to bfloat16, ties to even, <paramref name="low"/> in the low half.</summary>
    [IntrinsicImplementation]
    public static uint PackBf16(float low, float high) => Bf16.Round(low) | Bf16.Round(high) << 16;
}

/// <summary>bfloat16 numbers in 32-bit words.</summary>
internal static class Bf16
{
    public static float Low(uint pair) => Interop.IntAsFloat(pair << 16);

    public static float High(uint pair) => Interop.IntAsFloat(pair & 0xFFFF0000);

    /// <summary>To the nearest, ties to even; a NaN stays one. In software, for the simulator and single elements.</summary>
    public static uint Round(float value)
    {
        uint bits = Interop.FloatAsInt(value);
        return (bits & 0x7FFFFFFF) > 0x7F800000 ? bits >> 16 | 0x40 : bits + 0x7FFF + (bits >> 16 & 1) >> 16;
    }
}
