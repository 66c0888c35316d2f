using System.Runtime.CompilerServices;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Gemm;

/// <summary>Brings an operand into shared memory, slab after slab.</summary>
internal interface ISlabCopy<TSelf> where TSelf : struct
{
    /// <summary>Starts this thread's copies of the present slab to <paramref name="shared"/>, and moves on to the next.</summary>
    TSelf Copy(int shared);
}

/// <summary>
/// The loop of every tensor-core kernel: while one slab of depth is multiplied, the next two are on their way. One barrier a slab: it says both that
/// everyone's copies of this slab have come and that everyone is done with the slab before, whose place the next copies take.
/// </summary>
internal static class MmaLoop
{
    /// <param name="shared">Address of <see cref="SharedTiles.Stages"/> stages.</param>
    /// <param name="aBytes">Where b starts in a stage.</param>
    /// <param name="stageBytes">Bytes of a stage.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWarp Run<TCopyA, TCopyB, TA, TB, TWarp, TMath>(TCopyA copyA, TCopyB copyB, TA a, TB b, int shared, int aBytes, int stageBytes, int slabs)
        where TCopyA : struct, ISlabCopy<TCopyA> where TCopyB : struct, ISlabCopy<TCopyB>
        where TA : struct, IFragments<TA> where TB : struct, IFragments<TB>
        where TWarp : struct, IWarpTile<TWarp> where TMath : struct, IMmaMath
    {
        if (slabs > 0)
        {
            copyA = copyA.Copy(shared);
            copyB = copyB.Copy(shared + aBytes);
        }
        Ptx.CopyCommit();
        if (slabs > 1)
        {
            copyA = copyA.Copy(shared + stageBytes);
            copyB = copyB.Copy(shared + stageBytes + aBytes);
        }
        Ptx.CopyCommit();
        int read = 0, write = 2 * stageBytes;
        var sum = default(TWarp);
        for (int slab = 0; slab < slabs; slab++)
        {
            Ptx.CopyWait(1);
            Group.Barrier();
            if (slab + 2 < slabs)
            {
                copyA = copyA.Copy(shared + write);
                copyB = copyB.Copy(shared + write + aBytes);
            }
            // An empty group at the end keeps the count of those under way.
            Ptx.CopyCommit();
            var stageA = a.In(read);
            var stageB = b.In(read);
            sum = sum.Plus<TA, TB, TMath>(stageA, stageB, 0);
            sum = sum.Plus<TA, TB, TMath>(stageA, stageB, 1);
            write = read;
            read = read == 2 * stageBytes ? 0 : read + stageBytes;
        }
        Ptx.CopyWait(0);
        Group.Barrier();
        return sum;
    }
}
