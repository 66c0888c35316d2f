using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Augmentation.Gpu;

/// <summary>What steps need to know of a whole picture, found by one block for each. Sums are in a fixed order.</summary>
internal static class PictureSums
{
    public const int Threads = BlockSums.Threads;

    /// <summary>Floats of a picture in <see cref="AugmentArguments.Tones"/>: three tables of 256 levels.</summary>
    public const int ToneFloats = 3 * 256;

    /// <summary>In a table's first place: the channel stays as it is.</summary>
    public const float Unchanged = -1;

    /// <summary>The mean gray of what <see cref="Picture.Brightness"/> leaves, for the contrast. Grid: pictures.</summary>
    public static void Gray(AugmentArguments k)
    {
        var shared = SharedMemory.Allocate<double>(Threads);
        ref var p = ref k.Pictures[Grid.IdxX];
        if (p.Contrast == 1) return;
        double gray = MeanGray(k, p.Brightness, shared);
        if (Group.IdxX == 0) k.Grays[Grid.IdxX] = (float)gray;
    }

    /// <summary>For <see cref="ToneOperation.Contrast"/> the mean gray; for AutoContrast each channel's least value and factor; for Equalize its table. Grid: pictures.</summary>
    public static void Tone(AugmentArguments k)
    {
        var shared = SharedMemory.Allocate<double>(Threads);
        var counts = SharedMemory.Allocate<int>(ToneFloats);
        int tone = k.Pictures[Grid.IdxX].Tone, tables = Grid.IdxX * ToneFloats;
        if (tone == (int)ToneOperation.Contrast)
        {
            double gray = MeanGray(k, 1, shared);
            if (Group.IdxX == 0) k.Tones[tables] = (float)gray;
        }
        else if (tone == (int)ToneOperation.AutoContrast)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                float max = (float)Largest(k, channel, 1, shared), min = -(float)Largest(k, channel, -1, shared);
                if (Group.IdxX != 0) continue;
                k.Tones[tables + 2 * channel] = min;
                k.Tones[tables + 2 * channel + 1] = max > min ? 255 / (max - min) : Unchanged;
            }
        }
        else if (tone == (int)ToneOperation.Equalize)
        {
            Count(k, counts);
            if (Group.IdxX < 3) Flatten(k, counts.SubView(Group.IdxX * 256, 256), tables + Group.IdxX * 256);
        }
    }

    private static double MeanGray(in AugmentArguments k, float brightness, ArrayView<double> shared)
    {
        int pixels = k.Size * k.Size;
        long first = 3L * Grid.IdxX * pixels;
        double sum = 0;
        for (int i = Group.IdxX; i < pixels; i += Threads) sum += Colour.Load(k.Y, first + 3 * i).Times(brightness).Clamped().Gray;
        return BlockSums.Sum(sum, shared) / pixels;
    }

    /// <summary>The largest of sign·value of a channel.</summary>
    private static double Largest(in AugmentArguments k, int channel, float sign, ArrayView<double> shared)
    {
        int pixels = k.Size * k.Size;
        long first = 3L * Grid.IdxX * pixels + channel;
        float largest = -256;
        for (int i = Group.IdxX; i < pixels; i += Threads) largest = IntrinsicMath.Max(largest, sign * k.Y[first + 3 * i]);
        return BlockSums.Max(largest, shared);
    }

    private static void Count(in AugmentArguments k, ArrayView<int> counts)
    {
        for (int i = Group.IdxX; i < ToneFloats; i += Threads) counts[i] = 0;
        Group.Barrier();
        int pixels = k.Size * k.Size;
        long first = 3L * Grid.IdxX * pixels;
        for (int i = Group.IdxX; i < pixels; i += Threads)
        {
            var colour = Colour.Load(k.Y, first + 3 * i);
            Atomic.Add(ref counts[Colour.Level(colour.R)], 1);
            Atomic.Add(ref counts[256 + Colour.Level(colour.G)], 1);
            Atomic.Add(ref counts[512 + Colour.Level(colour.B)], 1);
        }
        Group.Barrier();
    }

    /// <summary>PIL's whole-number table, by one thread.</summary>
    private static void Flatten(in AugmentArguments k, ArrayView<int> counts, int table)
    {
        int last = 255;
        while (counts[last] == 0) last--;
        int step = (k.Size * k.Size - counts[last]) / 255, below = step / 2;
        if (step == 0)
        {
            k.Tones[table] = Unchanged;
            return;
        }
        for (int level = 0; level < 256; level++)
        {
            k.Tones[table + level] = IntrinsicMath.Min(below / step, 255);
            below += counts[level];
        }
    }
}
