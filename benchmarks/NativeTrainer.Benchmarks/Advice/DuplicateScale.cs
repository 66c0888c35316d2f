using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using NativeTrainer.Advice;
using NativeTrainer.Advice.Duplicates;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>How the search for copies grows: drawn thumbnails and features of many sizes of data set, a twentieth of them copies of others.</summary>
internal static class DuplicateScale
{
    public const string Help = """
        advice-quality scale [--sizes 1000,10000,100000] [--width N] [--threads N]
            time, memory and recall of the search for copies on synthetic thumbnails and features (of --width numbers, 512), as a Markdown table
        """;

    private const int Classes = 100, CopyEvery = 20, Frequencies = 9;

    public static void Run(CommandArguments arguments)
    {
        string sizes = arguments.Text("--sizes", "1000,10000,100000");
        int width = arguments.Number("--width", 512, 8, 4096), threads = arguments.Number("--threads", Environment.ProcessorCount, 1, 256);
        arguments.Finish();
        Console.WriteLine($"Processor: {ThroughputCommand.Processor()}, {threads} threads, features of {width} numbers.\n");
        Console.WriteLine("| pictures | proposals | pairs compared | seconds | ms a picture | copies found | false pairs | largest memory, MB | of these, input |\n|---|---|---|---|---|---|---|---|---|");
        foreach (string text in sizes.Split(','))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count < 2 * CopyEvery) throw new UsageException($"--sizes {text}: give whole numbers from {2 * CopyEvery}");
            Measure(count, width, threads);
        }
    }

    private static void Measure(int count, int width, int threads)
    {
        var pictures = new PictureRecord[count];
        Parallel.For(0, count, i => pictures[i] = new PictureRecord($"{i}", Label(i), i % CopyEvery == 0 ? SplitName.Val : SplitName.Train, null, Signature(i)));
        var features = new float[count * width];
        Parallel.For(0, count, i => Features(i, features.AsSpan(i * width, width)));
        foreach (bool both in (ReadOnlySpan<bool>)[false, true])
        {
            GC.Collect();
            long before = GC.GetTotalMemory(forceFullCollection: true);
            using var peak = new PeakMemory();
            var watch = Stopwatch.StartNew();
            var report = DuplicateFinder.Find(pictures, both ? features : null, new DuplicateOptions { Threads = threads, Decode = _ => null });
            double seconds = watch.Elapsed.TotalSeconds;
            int found = report.Pairs.Count(p => IsCopy(p.Second) && p.First == Original(p.Second)), copies = Enumerable.Range(0, count).Count(IsCopy);
            // Two copies of one picture are copies of each other.
            int wrong = report.Pairs.Count(p => Root(p.First) != Root(p.Second));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {count:N0} | {(both ? "hashes and features" : "hashes")} | {report.PairsCompared:N0} | {seconds:F1} | {1000 * seconds / count:F3} | {(double)found / copies:F3} | {wrong} | {peak.Highest / 1e6:F0} | {before / 1e6:F0} |"));
        }
    }

    // The last of each twenty is a copy of one of the others, anywhere.
    private static bool IsCopy(int picture) => picture % CopyEvery == CopyEvery - 1;

    private static int Original(int picture)
    {
        int block = CounterRandom.Below(7, (ulong)picture, picture / CopyEvery + 1);
        return block * CopyEvery + CounterRandom.Below(8, (ulong)picture, CopyEvery - 1);
    }

    private static int Root(int picture) => IsCopy(picture) ? Original(picture) : picture;

    private static int Label(int picture) => CounterRandom.Below(9, (ulong)Root(picture), Classes);

    // Cosines of random strength that falls with their frequency, as in photographs; a copy is cropped by up to a tenth, has noise, and every second one is mirrored.
    private static PictureSignature Signature(int picture)
    {
        ulong key = CounterRandom.Key(1, 0, (ulong)Root(picture), 0);
        const int side = GrayThumbnail.Side;
        var strengths = new float[Frequencies * Frequencies];
        CounterRandom.FillNormal(key, 0, 1, strengths);
        for (int i = 1; i < strengths.Length; i++) strengths[i] *= 60 / MathF.Sqrt(1 + (i % Frequencies) * (i % Frequencies) + i / Frequencies * (i / Frequencies));
        strengths[0] = 0;
        ulong change = CounterRandom.Key(2, 0, (ulong)picture, 0);
        bool copy = IsCopy(picture);
        float size = copy ? 1 - CounterRandom.Uniform(change, 0, 0, 0.1f) : 1, left = copy ? CounterRandom.Uniform(change, 1) * (1 - size) : 0, top = copy ? CounterRandom.Uniform(change, 2) * (1 - size) : 0;
        bool mirrored = copy && picture / CopyEvery % 2 == 0;
        float[] across = Cosines(left, size), down = Cosines(top, size);
        var columns = new float[Frequencies * side]; // (v, x)
        for (int v = 0; v < Frequencies; v++)
        {
            for (int u = 0; u < Frequencies; u++) TensorPrimitives.MultiplyAdd(across.AsSpan(u * side, side), strengths[v * Frequencies + u], columns.AsSpan(v * side, side), columns.AsSpan(v * side, side));
        }
        var noise = new float[side * side];
        CounterRandom.FillNormal(change, 16, copy ? 2 : 0.5f, noise);
        var pixels = new byte[side * side];
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
            {
                float value = 128 + noise[y * side + x];
                for (int v = 0; v < Frequencies; v++) value += columns[v * side + x] * down[v * side + y];
                pixels[y * side + (mirrored ? side - 1 - x : x)] = (byte)Math.Clamp(value, 0, 255);
            }
        }
        var thumbnail = new GrayThumbnail(pixels);
        return new PictureSignature((UInt128)picture + 1, thumbnail, PerceptualHash.Of(thumbnail), CaptureInfo.None);
    }

    private static float[] Cosines(float start, float size)
    {
        const int side = GrayThumbnail.Side;
        var cosines = new float[Frequencies * side];
        for (int u = 0; u < Frequencies; u++)
        {
            for (int x = 0; x < side; x++) cosines[u * side + x] = MathF.Cos(MathF.PI * u * (start + size * (x + 0.5f) / side));
        }
        return cosines;
    }

    // A class's centre, as much again of the picture's own, and for a copy a little of a third: cosines of about 0.5 within a class and 0.9 of copies.
    private static void Features(int picture, Span<float> row)
    {
        bool copy = IsCopy(picture);
        CounterRandom.FillNormal(CounterRandom.Key(3, 0, (ulong)(copy ? Original(picture) : picture), 0), 0, 1, row);
        var other = new float[row.Length];
        CounterRandom.FillNormal(CounterRandom.Key(4, 0, (ulong)Label(picture), 0), 0, 1, other);
        TensorPrimitives.Add(row, other, row);
        if (!copy) return;
        CounterRandom.FillNormal(CounterRandom.Key(5, 0, (ulong)picture, 0), 0, 0.6f, other);
        TensorPrimitives.Add(row, other, row);
    }

    /// <summary>The largest heap between its making and its end, looked at many times a second.</summary>
    private sealed class PeakMemory : IDisposable
    {
        private readonly Timer _timer;
        private long _highest;

        public PeakMemory() => _timer = new Timer(_ => _highest = Math.Max(_highest, GC.GetTotalMemory(false)), null, 0, 20);

        public long Highest => _highest;

        public void Dispose() => _timer.Dispose();
    }
}
