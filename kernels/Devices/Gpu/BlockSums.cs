using ILGPU;

namespace NativeTrainer.Kernels.Devices;

/// <summary>Reductions over the 128 threads of a block, in a fixed tree: the same bits in every run.</summary>
internal static class BlockSums
{
    public const int Threads = 128;

    /// <summary>Σ of all threads' values, in every thread.</summary>
    public static double Sum(double value, ArrayView<double> shared)
    {
        Group.Barrier();
        shared[Group.IdxX] = value;
        for (int half = Threads / 2; half > 0; half /= 2)
        {
            Group.Barrier();
            if (Group.IdxX < half) shared[Group.IdxX] += shared[Group.IdxX + half];
        }
        Group.Barrier();
        return shared[0];
    }

    /// <summary>The largest of all threads' values, in every thread.</summary>
    public static double Max(double value, ArrayView<double> shared)
    {
        Group.Barrier();
        shared[Group.IdxX] = value;
        for (int half = Threads / 2; half > 0; half /= 2)
        {
            Group.Barrier();
            if (Group.IdxX < half && shared[Group.IdxX + half] > shared[Group.IdxX]) shared[Group.IdxX] = shared[Group.IdxX + half];
        }
        Group.Barrier();
        return shared[0];
    }
}
