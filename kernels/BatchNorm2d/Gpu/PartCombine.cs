using ILGPU;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>
/// Adds up the parts' sums in float64: a block has 8 channels and 32 lines, a line takes every 32nd part, and the lines are added in a fixed tree.
/// </summary>
internal static class PartCombine
{
    public const int Threads = 256, ChannelsPerBlock = 8;
    private const int Lines = Threads / ChannelsPerBlock;

    public static int Channel => Grid.IdxX * ChannelsPerBlock + Group.IdxX % ChannelsPerBlock;

    public static int FirstPart => Group.IdxX / ChannelsPerBlock;

    public static int PartStep => Lines;

    /// <summary>Σ over the lines of each channel, in every thread of it.</summary>
    public static double Sum(double value, ArrayView<double> shared)
    {
        Group.Barrier();
        shared[Group.IdxX] = value;
        for (int half = Threads / 2; half >= ChannelsPerBlock; half /= 2)
        {
            Group.Barrier();
            if (Group.IdxX < half) shared[Group.IdxX] += shared[Group.IdxX + half];
        }
        Group.Barrier();
        return shared[Group.IdxX % ChannelsPerBlock];
    }
}
