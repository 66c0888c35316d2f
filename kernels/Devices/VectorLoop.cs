using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeTrainer.Kernels.Devices;

/// <summary>A chunk's work, written once for any vector width.</summary>
internal interface IVectorBody
{
    /// <param name="chunk">0 ≤ chunk &lt; the count of the loop.</param>
    /// <param name="worker">Picks this thread's scratch memory.</param>
    void Run<TIsa, TVec>(int chunk, int worker) where TIsa : struct, ISimd<TVec> where TVec : unmanaged;
}

/// <summary>Runs a vector body's chunks on a device's team with the device's instruction set.</summary>
internal static class VectorLoop
{
    public static void For<TBody>(this CpuDevice device, int chunks, TBody body) where TBody : unmanaged, IVectorBody
    {
        switch (device.Isa)
        {
            case CpuIsa.Avx512: device.Team.For(chunks, new Bound<TBody, Avx512Simd, Vector512<float>>(body)); break;
            case CpuIsa.Avx2: device.Team.For(chunks, new Bound<TBody, Avx2Simd, Vector256<float>>(body)); break;
            default: device.Team.For(chunks, new Bound<TBody, PortableSimd, Vector128<float>>(body)); break;
        }
    }

    private readonly struct Bound<TBody, TIsa, TVec>(TBody body) : IChunkBody
        where TBody : unmanaged, IVectorBody where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk, int worker) => body.Run<TIsa, TVec>(chunk, worker);
    }
}

/// <summary>Fixed splits: chunk bounds depend on the extent alone, never on the number of threads.</summary>
internal static class Chunks
{
    public static int Count(long extent, long perChunk) => checked((int)((extent + perChunk - 1) / perChunk));
}
