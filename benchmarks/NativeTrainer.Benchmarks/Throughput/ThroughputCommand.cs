using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeTrainer.Benchmarks.Throughput;

internal sealed record EngineResult(string Engine, double ImagesPerSecond, IReadOnlyList<double> Rounds, long PeakRssBytes);

internal sealed record ThroughputResult(DateTime Time, string Version, ThroughputWork Work, string Processor, string Engine, double ImagesPerSecond, IReadOnlyList<double> Rounds, long PeakRssBytes, double? Ratio,
    EngineResult? Peer);

/// <summary>
/// Whole steps of both engines, side by side: each in a process of its own, both warm, computing in turns of a few seconds. The ratio is the
/// median over rounds of ours to the peer's, so that what slows the machine for a while slows both.
/// </summary>
internal static class ThroughputCommand
{
    public const string Help = """
        throughput [--model resnet18|resnet34|resnet50] [--mode train|frozen|head|cached|infer|pictures] [--batch N] [--size PIXELS] [--threads N]
                   [--images DIR] [--peer torchsharp|none] [--rounds N] [--seconds S] [--json] [--per-layer]
            images per second of whole steps on synthetic images, beside TorchSharp in its best layout (channels_last), alternating
              train     forward, backward and SGD with momentum and weight decay, all layers
              frozen    the same of layer4 and the last linear layer; the rest is frozen
              head      the same of the last linear layer, on a backbone that is frozen but computed in every step
              cached    the same on features kept from an epoch before; TorchSharp computes them
              infer     forward in evaluation
              pictures  JPEG files of --images DIR to augmented, normalised batches: crop, flip, brightness, contrast, saturation
            --per-layer: time, GFLOP/s (of the direct method's multiplications) and variant of each layer of ours, and nothing else
            --rounds and --seconds: turns of each engine and their length (7 and 4)
        """;

    private const int UsualRounds = 7, UsualSeconds = 4;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static void Run(CommandArguments arguments)
    {
        bool json = arguments.Flag("--json");
        string peer = arguments.Choice("--peer", "torchsharp", "torchsharp", "none");
        int rounds = arguments.Number("--rounds", UsualRounds, 1, 1000), seconds = arguments.Number("--seconds", UsualSeconds, 1, 3600);
        var work = ThroughputWork.Parse(arguments);
        bool perLayer = arguments.Flag("--per-layer");
        arguments.Finish();
        if (perLayer)
        {
            LayerProfile.Write(work);
            return;
        }
        string? peerAssembly = peer == "none" ? null : PeerProject.Build(Console.Error);
        var result = Measure(work, peerAssembly, rounds, seconds);
        if (json) Console.WriteLine(JsonSerializer.Serialize(result, Json));
        else Write(result);
    }

    /// <summary>The worker's side: ours.</summary>
    public static void RunWorker(CommandArguments arguments)
    {
        bool first = arguments.Flag("--first");
        var work = ThroughputWork.Parse(arguments);
        arguments.Finish();
        using IThroughputTarget target = work.Mode == "pictures" ? new OwnPictures(work) : new OwnTarget(work);
        if (first) WorkerLoop.RunFirst(target, Console.Out);
        else WorkerLoop.Run(target, Console.In, Console.Out);
    }

    private static ThroughputResult Measure(ThroughputWork work, string? peerAssembly, int rounds, int seconds)
    {
        using var ours = new Worker(Comparison.Own(), work);
        using var theirs = peerAssembly is null ? null : new Worker(Comparison.Peer(peerAssembly), work);
        var compared = Comparison.Run(ours, theirs, work.Batch, rounds, seconds);
        var peer = theirs is null ? null : new EngineResult(theirs.Description, Comparison.Median(compared.Theirs), compared.Theirs, theirs.Quit());
        return new ThroughputResult(DateTime.UtcNow, Version(), work, Processor(), ours.Description, Comparison.Median(compared.Ours), compared.Ours, ours.Quit(),
            theirs is null ? null : Comparison.Median(compared.Ratios), peer);
    }

    /// <summary>With the commit it was built from.</summary>
    public static string Version() => Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static string Processor()
    {
        const string file = "/proc/cpuinfo";
        string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? $"{Environment.ProcessorCount} processors" : line[(line.IndexOf(':') + 1)..].Trim();
    }

    private static void Write(ThroughputResult result)
    {
        var (work, culture) = (result.Work, CultureInfo.InvariantCulture);
        Console.WriteLine($"{work.Model} {work.Mode}, batch {work.Batch}, {work.Size}×{work.Size}, {work.Threads} threads, {result.Processor}");
        Console.WriteLine(string.Create(culture, $"  {result.ImagesPerSecond,8:F1} images/s  {result.PeakRssBytes / 1e9,5:F2} GB  {result.Engine}"));
        if (result.Peer is not { } peer) return;
        Console.WriteLine(string.Create(culture, $"  {peer.ImagesPerSecond,8:F1} images/s  {peer.PeakRssBytes / 1e9,5:F2} GB  {peer.Engine}"));
        Console.WriteLine(string.Create(culture, $"  ratio {result.Ratio:F2} (median of {peer.Rounds.Count} alternating rounds)"));
    }
}
