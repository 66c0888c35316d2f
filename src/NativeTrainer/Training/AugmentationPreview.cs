using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Augmentation;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>What training will see, as pictures.</summary>
public static class AugmentationPreview
{
    private const int LargestCell = 160;

    /// <summary>A sheet with a row per picture: as stored for training, then as the first epochs will see it.</summary>
    /// <param name="data">As for training; pictures are taken evenly from its training split.</param>
    /// <param name="pictures">Rows, at least 1.</param>
    /// <param name="versions">Augmented columns, at least 1.</param>
    /// <param name="size">Side of the network's input in pixels.</param>
    /// <param name="preprocessing">Of the weights.</param>
    /// <param name="threads">Kernel threads; 0 takes all processors.</param>
    /// <param name="cropBoxes">As <see cref="DatasetOptions.CropBoxes"/>.</param>
    /// <exception cref="UserException">The data cannot be used.</exception>
    public static RgbImage Sheet(string data, AugmentationOptions options, ulong seed, int pictures, int versions, int size, Preprocessing preprocessing, int threads,
        double? cropBoxes = null)
    {
        var index = DatasetIndex.Open(data, new DatasetOptions { Seed = seed, CropBoxes = cropBoxes });
        using var source = BatchSource.Train(index.Split(SplitName.Train), TrainingData.StoredSide(size), new BatchOptions { BatchSize = 1, CacheBytes = 0 });
        source.Prepare();
        int count = Math.Min(pictures, source.Samples.Count);
        int[] chosen = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * source.Samples.Count / count))];
        RgbImage[] stored = [.. source.Epoch(chosen).Select(batch => new RgbImage([.. batch.Images[0].Pixels], batch.Images[0].Width, batch.Images[0].Height))];
        using var device = Device.Open("cpu", threads);
        float[] mean = [.. preprocessing.Mean], std = [.. preprocessing.Std];
        RgbImage[][] columns = [.. Enumerable.Range(0, versions).Select(epoch => Render(device, options, seed, epoch, stored, size, mean, std, chosen))];
        var resizer = new Resizer();
        var cells = Enumerable.Range(0, count).SelectMany(row => columns.Select(column => column[row]).Prepend(resizer.CentreCrop(stored[row], size, size)));
        string[] labels = [.. Enumerable.Range(0, count).SelectMany(row => Enumerable.Range(1, versions).Select(epoch => $"epoch {epoch}").Prepend(string.Join(", ", source.Samples[chosen[row]].AllLabels.Select(c => index.Classes[c]))))];
        return ImageGrid.Render([.. cells], labels, versions + 1, Math.Min(size, LargestCell));
    }

    /// <summary>Augments a batch exactly as training does, mixing included, and turns it back into RGB.</summary>
    /// <param name="device">Where the kernels run.</param>
    /// <param name="options">Strengths.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="images">Decoded pictures of batch 0.</param>
    /// <param name="size">S, side of the results.</param>
    /// <param name="mean">Preprocessing of the weights, per channel on the scale 0 … 1.</param>
    /// <param name="std">Preprocessing of the weights, per channel.</param>
    /// <param name="samples">The pictures' places in the training split; null counts from 0.</param>
    /// <returns>One picture of S × S per source.</returns>
    public static RgbImage[] Render(Device device, AugmentationOptions options, ulong seed, int epoch, IReadOnlyList<RgbImage> images, int size, float[] mean, float[] std,
        IReadOnlyList<int>? samples = null)
    {
        int n = images.Count;
        using var sources = new SourceBatch(device, n, images.Max(image => (long)image.Width * image.Height));
        using var arena = device.Allocate(4L * n * size * size * 3);
        var y = arena.View(0, new Shape(n, size, size, 3));
        var parameters = new AugmentationParameters[n];
        sources.Begin();
        for (int i = 0; i < n; i++)
        {
            sources.Set(i, images[i].Pixels, images[i].Width, images[i].Height);
            parameters[i] = AugmentationSampler.For(options, seed, epoch, samples?[i] ?? i, images[i].Width, images[i].Height, size);
        }
        sources.Send();
        using var augment = Augment.Plan(device, n, size, mean, std);
        augment.Run(sources, parameters, y);
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
