using System.Diagnostics;
using NativeTrainer.Advice;
using NativeTrainer.Advice.Duplicates;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>A data set with its signatures and features, and copies planted in it.</summary>
internal sealed class LeakExperiment
{
    private readonly Sample[] _samples;
    private readonly PictureRecord[] _records;
    private readonly PictureFeatures _features;
    private readonly float[] _values; // (samples, width)
    private readonly int _threads;

    public LeakExperiment(string folder, PictureFeatures features, int threads)
    {
        (Folder, _features, _threads) = (folder, features, threads);
        var index = DatasetIndex.Open(folder);
        (Training, Validation) = (index.Split(SplitName.Train).Count, index.Split(SplitName.Val).Count);
        _samples = [.. index.Split(SplitName.Train), .. index.Split(SplitName.Val)];
        _records = [.. _samples.Select((s, i) => new PictureRecord(s.Path, s.Label, i < Training ? SplitName.Train : SplitName.Val, null, PictureSignature.Read(s)!))];
        _values = features.Of(_samples);
    }

    public string Folder { get; }

    public int Training { get; }

    public int Validation { get; }

    public sealed record Planted(PictureRecord Record, CopyKind Kind, int Original, float[] Features);

    /// <summary>Copies of training pictures, each of another one.</summary>
    public List<Planted> Plant(ulong seed, int copies)
    {
        var order = Enumerable.Range(0, Training).OrderBy(i => CounterRandom.Block(seed, (ulong)i).X0).ToArray();
        var kinds = Enum.GetValues<CopyKind>();
        if (copies * kinds.Length > Training) throw new UsageException($"--copies {copies}: {Training} training pictures are too few for {kinds.Length} kinds of copies");
        var samples = new List<Sample>();
        var planted = new List<(PictureRecord Record, CopyKind Kind, int Original)>();
        foreach (var kind in kinds)
        {
            for (int i = 0; i < copies; i++)
            {
                int original = order[(int)kind * copies + i];
                byte[] file = PlantedCopy.Make(ImageDecoder.Decode(_samples[original].Path).Image!, kind, CounterRandom.Key(seed, 0, (ulong)original, (uint)kind));
                var image = ImageDecoder.Decode(file).Image!;
                string name = $"planted {kind} {i}";
                samples.Add(new Sample(name, _samples[original].Label) { Pixels = image });
                planted.Add((new PictureRecord(name, _samples[original].Label, SplitName.Val, null, PictureSignature.Of(file, image)), kind, original));
            }
        }
        float[] values = _features.Of(samples);
        int width = values.Length / samples.Count;
        return [.. planted.Select((p, i) => new Planted(p.Record, p.Kind, p.Original, values[(i * width)..((i + 1) * width)]))];
    }

    /// <param name="Found">Kinds of the copies that were found.</param>
    /// <param name="Others">Other pairs across the parts by path; a copy goes by its original's.</param>
    /// <param name="Threshold">That the search set itself.</param>
    /// <param name="Seconds">Of the search alone.</param>
    public sealed record Result(IReadOnlyList<CopyKind> Found, IReadOnlyList<(string, string)> Others, float Threshold, double Seconds);

    public Result Search(List<Planted> planted, bool withFeatures)
    {
        PictureRecord[] records = [.. _records, .. planted.Select(p => p.Record)];
        float[]? values = withFeatures ? [.. _values, .. planted.SelectMany(p => p.Features)] : null;
        var watch = Stopwatch.StartNew();
        var report = DuplicateFinder.Find(records, values, new DuplicateOptions { Threads = _threads, Decode = _ => null });
        double seconds = watch.Elapsed.TotalSeconds;
        var found = new List<CopyKind>();
        var rest = new HashSet<(string, string)>();
        foreach (var leak in report.Leaks)
        {
            int second = leak.Second - _records.Length;
            if (second >= 0 && planted[second].Original == leak.First) found.Add(planted[second].Kind);
            else rest.Add((Named(leak.First), second >= 0 ? Named(planted[second].Original) : Named(leak.Second)));
        }
        return new Result(found, [.. rest], report.Threshold, seconds);
    }

    private string Named(int sample) => Path.GetRelativePath(Folder, _samples[sample].Path).Replace('\\', '/');
}
