using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.Weights.Onnx;

/// <summary>Pictures that an exported file is compared on, as the network sees them.</summary>
/// <param name="Pixels">(Count, S, S, 3), 0…255.</param>
/// <param name="From">Where they come from, for people.</param>
internal sealed record ExportPictures(byte[] Pixels, int Count, string From)
{
    private const int Drawn = 8, Batch = 8;

    /// <param name="weights">The file's path.</param>
    /// <param name="note">Hears why the run's own data cannot be had.</param>
    /// <exception cref="UserException">What was named has no pictures.</exception>
    public static ExportPictures Of(OnnxExportOptions options, string weights, Preprocessing preprocessing, Action<string> note, CancellationToken stop)
    {
        if (options.Check is string given) return Read(Samples(given), given, options, preprocessing, stop);
        try
        {
            return RunWeights.Validation(weights, null) is { } split ? Read(split.Samples, "the run's validation pictures", options, preprocessing, stop)
                : Draw("drawn pictures, as the weights lie in no run folder and --check names none", options, preprocessing);
        }
        catch (UserException error)
        {
            note($"the run's validation pictures cannot be had ({error.Message}); --check names others");
            return Draw("drawn pictures", options, preprocessing);
        }
    }

    /// <summary>The same pictures, spread evenly.</summary>
    public ExportPictures Take(int count)
    {
        if (count >= Count) return this;
        int bytes = Pixels.Length / Count;
        var pixels = new byte[count * bytes];
        for (int i = 0; i < count; i++) Pixels.AsSpan((int)((long)i * Count / count) * bytes, bytes).CopyTo(pixels.AsSpan(i * bytes));
        return this with { Pixels = pixels, Count = count };
    }

    private static IReadOnlyList<Sample> Samples(string path)
    {
        try
        {
            return DatasetIndex.OpenSplit(path).Samples;
        }
        catch (UserException) when (Directory.Exists(path))
        {
            return [.. ImageFiles.Below(path).Select(file => new Sample(file, -1))]; // no classes are needed to compare
        }
    }

    private static ExportPictures Read(IReadOnlyList<Sample> samples, string from, OnnxExportOptions options, Preprocessing preprocessing, CancellationToken stop)
    {
        int count = Math.Min(samples.Count, options.CheckLimit), size = preprocessing.Size, bytes = size * size * 3;
        Sample[] chosen = [.. Enumerable.Range(0, count).Select(i => samples[(int)((long)i * samples.Count / count)])];
        using var source = BatchSource.Eval(chosen, size, preprocessing.CropRatio, new BatchOptions
        {
            BatchSize = Batch,
            Threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount,
            Filter = preprocessing.Interpolation == "bicubic" ? ResizeFilter.Bicubic : ResizeFilter.Bilinear,
        });
        source.Prepare(null, stop);
        if (source.Samples.Count == 0) throw new UserException($"{from}: has no picture to compare on{(source.Problems.Count > 0 ? $": {source.Problems[0].Path}: {source.Problems[0].Reason}" : "")}");
        var pixels = new byte[source.Samples.Count * bytes];
        int done = 0;
        foreach (var batch in source.Epoch([.. Enumerable.Range(0, source.Samples.Count)]))
        {
            batch.Pixels.AsSpan(0, batch.Count * bytes).CopyTo(pixels.AsSpan(done * bytes));
            done += batch.Count;
        }
        return new ExportPictures(pixels, done, from);
    }

    private static ExportPictures Draw(string from, OnnxExportOptions options, Preprocessing preprocessing)
    {
        int count = Math.Min(Drawn, options.CheckLimit);
        return new ExportPictures(CheckImages.Make(3, preprocessing, count).Pixels, count, from);
    }
}
