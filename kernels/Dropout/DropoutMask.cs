using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Kernels.Dropout;

/// <summary>The mask that all backends and the reference share: element i takes word i mod 4 of the Philox block at counter i div 4.</summary>
internal static class DropoutMask
{
    public static bool Keeps(RandomBlock block, int word, float probability)
        => CounterRandom.ToUniform(word == 0 ? block.X0 : word == 1 ? block.X1 : word == 2 ? block.X2 : block.X3) >= probability;
}
