using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeTrainer.Kernels.Random;

/// <summary>
/// Random numbers as pure functions of a key and a counter: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers:
/// as easy as 1, 2, 3", SC 2011). There is no state, so any element can be drawn by any thread in any order, and a resumed run draws the same.
/// One draw takes one counter value; draws at different counters or different keys are independent.
/// </summary>
public static class CounterRandom
{
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <summary>The key of one (seed, epoch, sample, op): what each sample's augmentation and each step's dropout draw from.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">Epoch, or step, from 0.</param>
    /// <param name="sample">Index of the sample in its data set.</param>
    /// <param name="op">A constant for what draws, such as the op's place in its pipeline.</param>
    public static ulong Key(ulong seed, uint epoch, ulong sample, uint op)
    {
        // One Philox block under the seed is a permutation of (sample, epoch, op), so that neighbouring samples share nothing.
        var block = Block(seed, sample, ((ulong)epoch << 32) | op);
        return ((ulong)block.X1 << 32) | block.X0;
    }

    /// <summary>The 128 bits of the counter (<paramref name="high"/>, <paramref name="low"/>) under <paramref name="key"/>.</summary>
    public static RandomBlock Block(ulong key, ulong low, ulong high = 0)
    {
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        uint c0 = (uint)low, c1 = (uint)(low >> 32), c2 = (uint)high, c3 = (uint)(high >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0, product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ k0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ k1, (uint)product0);
            k0 += Weyl0;
            k1 += Weyl1;
        }
        return new RandomBlock(c0, c1, c2, c3);
    }

    /// <summary>Uniform on [0, 1), a multiple of 2⁻²⁴.</summary>
    public static float Uniform(ulong key, ulong counter) => ToUniform(Block(key, counter).X0);

    /// <summary>Uniform on [<paramref name="low"/>, <paramref name="high"/>]; the upper end only by rounding.</summary>
    public static float Uniform(ulong key, ulong counter, float low, float high) => low + (high - low) * Uniform(key, counter);

    /// <summary>A whole number on [0, <paramref name="count"/>), <paramref name="count"/> at least 1; bias below count·2⁻⁶⁴.</summary>
    public static int Below(ulong key, ulong counter, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var block = Block(key, counter);
        return (int)Math.BigMul(((ulong)block.X1 << 32) | block.X0, (ulong)count, out _);
    }

    /// <summary>Normal with mean 0 and variance 1 (Box and Muller), |value| at most 6.7.</summary>
    public static float Normal(ulong key, ulong counter)
    {
        var block = Block(key, counter);
        // (0, 1] keeps the logarithm finite; 32 bits reach √(2·32·ln 2) = 6.66.
        double radius = Math.Sqrt(-2 * Math.Log((block.X0 + 1.0) * (1.0 / 4294967296.0)));
        return (float)(radius * Math.Cos(2 * Math.PI * (block.X1 * (1.0 / 4294967296.0))));
    }

    /// <summary>
    /// Many normal values with mean 0: each counter gives four (two pairs of Box and Muller), in float32, |value| at most 6.7·<paramref name="std"/>. The same bits on every
    /// machine: additions and multiplications alone, rounded one by one.
    /// </summary>
    /// <param name="first">Counter of the first value, so that a part of a tensor can be filled by itself: value i of the whole comes of counter i / 4.</param>
    /// <param name="std">Standard deviation.</param>
    public static void FillNormal(ulong key, ulong first, float std, Span<float> values)
    {
        Span<uint> words = stackalloc uint[16];
        Span<float> four = stackalloc float[16];
        for (; values.Length > 0; values = values[Math.Min(16, values.Length)..])
        {
            for (int i = 0; i < 4; i++)
            {
                var block = Block(key, first++);
                (words[i], words[4 + i], words[8 + i], words[12 + i]) = (block.X0, block.X1, block.X2, block.X3);
            }
            for (int pair = 0; pair < 2; pair++)
            {
                var (a, b) = NormalPair.Of(Vector128.Create<uint>(words[(8 * pair)..]), Vector128.Create<uint>(words[(8 * pair + 4)..]), std);
                for (int i = 0; i < 4; i++) (four[4 * i + 2 * pair], four[4 * i + 2 * pair + 1]) = (a[i], b[i]);
            }
            four[..Math.Min(16, values.Length)].CopyTo(values);
        }
    }

    /// <summary>The upper 24 of 32 random bits as a float on [0, 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToUniform(uint bits) => (bits >> 8) * (1f / (1 << 24));
}

/// <summary>Four independent 32-bit words of one Philox block.</summary>
public readonly record struct RandomBlock(uint X0, uint X1, uint X2, uint X3);
