using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeTrainer.Kernels.Devices;

/// <summary>The vector instructions that the CPU kernels use, widest first. Chosen once per device, at run time.</summary>
internal enum CpuIsa
{
    /// <summary>512-bit vectors, 32 registers.</summary>
    Avx512,

    /// <summary>256-bit vectors with FMA, 16 registers.</summary>
    Avx2,

    /// <summary>128-bit vectors of whatever machine this is (SSE, NEON).</summary>
    Portable,
}

internal static class CpuIsaDetection
{
    /// <summary>The widest the machine has; DOTNET_EnableAVX512=0 and DOTNET_EnableAVX2=0 lower it, as for the runtime itself.</summary>
    public static CpuIsa Best =>
        Avx512F.IsSupported && Avx512DQ.IsSupported && Vector512.IsHardwareAccelerated ? CpuIsa.Avx512
        : Avx2.IsSupported && Fma.IsSupported ? CpuIsa.Avx2
        : CpuIsa.Portable;
}
