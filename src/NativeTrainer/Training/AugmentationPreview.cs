using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Augmentation;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Training;

/// <summary>What training will see, as pictures.</summary>
public static class AugmentationPreview
{
    /// <summary>Augments a batch exactly as training does, mixing included, and turns it back into RGB.</summary>
    /// <param name="device">Where the kernels run.</param>
    /// <param name="options">Strengths.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="images">Decoded pictures; picture i counts as sample i of batch 0.</param>
    /// <param name="size">S, side of the results.</param>
    /// <param name="mean">Preprocessing of the weights, per channel on the scale 0 … 1.</param>
    /// <param name="std">Preprocessing of the weights, per channel.</param>
    /// <returns>One picture of S × S per source.</returns>
    public static RgbImage[] Render(Device device, AugmentationOptions options, ulong seed, int epoch, IReadOnlyList<RgbImage> images, int size, float[] mean, float[] std)
    {
        int n = images.Count;
        using var sources = new SourceBatch(device, n, images.Max(image => (long)image.Width * image.Height));
        using var arena = device.Allocate(4L * n * size * size * 3);
        var y = arena.View(0, new Shape(n, size, size, 3));
        var parameters = new AugmentationParameters[n];
        for (int i = 0; i < n; i++)
        {
            sources.Set(i, images[i].Pixels, images[i].Width, images[i].Height);
            parameters[i] = AugmentationSampler.For(options, seed, epoch, i, images[i].Width, images[i].Height, size);
        }
        Augment.Plan(device, n, size, mean, std).Run(sources, parameters, y);
        var mix = new MixPlan(n);
        mix.Draw(options, seed, epoch, 0, n, size);
        MixPairs.Plan(device, n, size).Run(y, mix.Pairs, mix.Count);
        var values = new float[y.Count];
        device.Download<float>(y, values);
        return [.. Enumerable.Range(0, n).Select(i => new RgbImage(ToLevels(values, i, size, mean, std), size, size))];
    }

    /// <summary>Picture <paramref name="index"/> of normalised values (N, S, S, 3) as levels 0 … 255, (S, S, 3).</summary>
    public static byte[] ToLevels(float[] values, int index, int size, float[] mean, float[] std)
    {
        var levels = new byte[size * size * 3];
        long start = (long)index * levels.Length;
        for (int i = 0; i < levels.Length; i++) levels[i] = (byte)Math.Clamp(MathF.Round((values[start + i] * std[i % 3] + mean[i % 3]) * 255), 0, 255);
        return levels;
    }
}
