using NativeTrainer.Kernels.Augmentation;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Training;

/// <summary>
/// Which samples of a batch are mixed and how much: sample i with sample n − 1 − i, each pair with a λ and a box of its own; the middle one of an odd batch stays itself.
/// A pure function of (seed, epoch, batch). Drawing and filling allocate nothing.
/// </summary>
public sealed class MixPlan
{
    private const uint KeyOperation = 0xA062;

    /// <param name="batch">Largest batch, at least 1.</param>
    public MixPlan(int batch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        Pairs = new MixPair[batch / 2];
    }

    /// <summary>The first <see cref="Count"/> are those of the batch drawn last; for <see cref="MixPairs.Run"/>.</summary>
    public MixPair[] Pairs { get; }

    /// <summary>0 where nothing is mixed.</summary>
    public int Count { get; private set; }

    /// <summary>Draws the pairs of a batch.</summary>
    /// <param name="options">Mixup's and CutMix's α.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="batchIndex">From 0 within the epoch.</param>
    /// <param name="n">Samples of this batch, at most the largest.</param>
    /// <param name="size">S, side of the pictures.</param>
    public void Draw(AugmentationOptions options, ulong seed, int epoch, long batchIndex, int n, int size)
    {
        Count = 0;
        if (!options.Mixes) return;
        if (n / 2 > Pairs.Length) throw new ArgumentOutOfRangeException(nameof(n), n, $"the plan was made for {Pairs.Length} pairs");
        for (int first = 0; first < n / 2; first++)
        {
            ulong key = CounterRandom.Key(seed, (uint)epoch, ((ulong)batchIndex << 20) + (ulong)first, KeyOperation);
            Pairs[Count++] = DrawPair(options, key, first, n - 1 - first, size);
        }
    }

    /// <summary>targets (N, K) row i becomes λ·row i + (1 − λ)·its partner's row; rows of samples that are not mixed stay.</summary>
    /// <param name="classes">K.</param>
    /// <param name="targets">Row-major, of the samples themselves.</param>
    public void MixTargets(int classes, Span<float> targets)
    {
        for (int i = 0; i < Count; i++)
        {
            var pair = Pairs[i];
            Span<float> first = targets.Slice(pair.First * classes, classes), second = targets.Slice(pair.Second * classes, classes);
            for (int c = 0; c < classes; c++)
                (first[c], second[c]) = (pair.Lambda * first[c] + (1 - pair.Lambda) * second[c], pair.Lambda * second[c] + (1 - pair.Lambda) * first[c]);
        }
    }

    private static MixPair DrawPair(AugmentationOptions options, ulong key, int first, int second, int size)
    {
        bool cut = options.Mixup == 0 || (options.CutMix > 0 && CounterRandom.Uniform(key, 0) < 0.5f);
        double lambda = Beta(key, cut ? options.CutMix : options.Mixup);
        if (!cut) return new MixPair(first, second, (float)lambda, default);
        var box = Box(key, lambda, size);
        // A box cut off at the edge is smaller than drawn: the share follows the pixels. An empty one leaves both as they are.
        return new MixPair(first, second, box.IsEmpty ? 1 : 1 - (float)box.Area / ((float)size * size), box);
    }

    private static PixelBox Box(ulong key, double lambda, int size)
    {
        int half = (int)(size * Math.Sqrt(1 - lambda) / 2), x = CounterRandom.Below(key, 1, size), y = CounterRandom.Below(key, 2, size);
        return new PixelBox(Math.Max(x - half, 0), Math.Max(y - half, 0), Math.Min(x + half, size), Math.Min(y + half, size));
    }

    /// <summary>Beta(α, α) as X/(X + Y) of two gamma variables.</summary>
    private static double Beta(ulong key, double alpha)
    {
        double x = LogGamma(key, 1000, alpha), y = LogGamma(key, 2000, alpha);
        // 1/(1 + e^(y−x)) is safe for the tiny values that a small α gives.
        return 1 / (1 + Math.Exp(y - x));
    }

    /// <summary>Logarithm of a Gamma(α) variable: Marsaglia and Tsang 2000 for α + 1, brought down to α by U^(1/α).</summary>
    private static double LogGamma(ulong key, ulong counter, double alpha)
    {
        double boost = Math.Log(1 - CounterRandom.Uniform(key, counter)) / alpha;
        double d = alpha + 1 - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        for (ulong attempt = 1; ; attempt += 2)
        {
            double normal = CounterRandom.Normal(key, counter + attempt), root = 1 + c * normal;
            if (root <= 0) continue;
            double v = root * root * root, uniform = 1 - CounterRandom.Uniform(key, counter + attempt + 1);
            if (Math.Log(uniform) < 0.5 * normal * normal + d - d * v + d * Math.Log(v)) return Math.Log(d * v) + boost;
        }
    }
}
