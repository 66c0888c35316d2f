using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>One line: medians over the rounds, the smallest and largest ratio, and what is wanted.</summary>
/// <param name="Ours">In <paramref name="Unit"/>.</param>
/// <param name="Peer">TorchSharp's, or for scaling our own on one thread.</param>
/// <param name="Ratio">Median of ours to the peer's.</param>
/// <param name="Wanted">At least this, or at most where <paramref name="LessIsBetter"/>.</param>
/// <param name="Gflops">Ours, counted as the direct method's; null where nothing is counted.</param>
internal sealed record TableLine(string Work, string Unit, double Ours, double Peer, double Ratio, double Lowest, double Highest, double Wanted, bool LessIsBetter, double? Gflops)
{
    public bool Met => LessIsBetter ? Ratio <= Wanted : Ratio >= Wanted;
}

internal sealed record TableResult(DateTime Time, string Version, string Processor, int Threads, int Rounds, int Seconds, double GemmPeakGflops, string Peer, IReadOnlyList<TableLine> Lines);

/// <summary>Everything that this project promises of a processor beside TorchSharp, measured in one run.</summary>
internal sealed class CpuTable
{
    public const string Help = """
        cpu-table [--threads N] [--rounds N] [--seconds S] [--only TEXT] [--images DIR] [--out FILE]
            all of it beside TorchSharp: training, inference, frozen layers, cached features, decoding, memory, start, instruction sets, scaling
            --only: lines whose name contains TEXT; --images: JPEG files to decode (else drawn ones); --out: JSON
            --rounds and --seconds: turns of each engine and their length (5 and 3)
        """;

    private const int UsualRounds = 5, UsualSeconds = 3;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        IndentSize = 4,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly Engine _own = Comparison.Own(), _peer;
    private readonly string _peerAssembly, _only;
    private readonly int _threads, _rounds, _seconds;
    private readonly List<TableLine> _lines = [];
    private string _description = "";

    private CpuTable(string peerAssembly, int threads, int rounds, int seconds, string only)
        => (_peerAssembly, _peer, _threads, _rounds, _seconds, _only) = (peerAssembly, Comparison.Peer(peerAssembly), threads, rounds, seconds, only);

    public static void Run(CommandArguments arguments)
    {
        int threads = arguments.Number("--threads", Environment.ProcessorCount, 1, 256);
        int rounds = arguments.Number("--rounds", UsualRounds, 1, 1000), seconds = arguments.Number("--seconds", UsualSeconds, 1, 3600);
        string only = arguments.Text("--only", ""), images = arguments.Text("--images", ""), file = arguments.Text("--out", "");
        arguments.Finish();
        var table = new CpuTable(PeerProject.Build(Console.Error), threads, rounds, seconds, only);
        double peak = GemmPeak.Measure(threads);
        table.MeasureAll(images);
        var result = new TableResult(DateTime.UtcNow, ThroughputCommand.Version(), ThroughputCommand.Processor(), threads, rounds, seconds, peak, table._description, table._lines);
        Write(result, Console.Out);
        if (file.Length > 0) File.WriteAllText(file, JsonSerializer.Serialize(result, Json) + "\n");
    }

    private void MeasureAll(string images)
    {
        var train = new ThroughputWork("resnet18", "train", 16, 224, _threads);
        var deep = train with { Model = "resnet50", Batch = 8 };
        Rates("ResNet-18 training, batch 16", train, _own, _peer, 1.8, memory: 0.6);
        Rates("ResNet-18 training, batch 16, 1 thread", train with { Threads = 1 }, _own, _peer, 1.8);
        Rates("ResNet-50 training, batch 8", deep, _own, _peer, 1.4);
        Rates("ResNet-18 inference, batch 16", train with { Mode = "infer" }, _own, _peer, 2);
        Rates("ResNet-50 inference, batch 8", deep with { Mode = "infer" }, _own, _peer, 1.4);
        Rates("ResNet-18, all but layer4 and head frozen", train with { Mode = "frozen" }, _own, _peer, 1.8);
        Rates("ResNet-18, head on cached features", train with { Mode = "cached" }, _own, _peer, 20);
        if (Wanted("decode and augment, 500×375 to 224²"))
        {
            using var drawn = images.Length > 0 ? null : new SyntheticPhotos();
            Rates("decode and augment, 500×375 to 224²", train with { Mode = "pictures", Images = drawn?.Folder ?? Path.GetFullPath(images) }, _own, _peer, 1.5);
        }
        Rates("ResNet-18 training, both with AVX2", train, Comparison.Own(("DOTNET_EnableAVX512", "0")), Comparison.Peer(_peerAssembly, ("ATEN_CPU_CAPABILITY", "avx2")), 1);
        FirstStep(train);
        if (_threads > 1) Scaling(train);
    }

    private void Rates(string name, ThroughputWork work, Engine own, Engine peer, double wanted, double? memory = null)
    {
        if (!Wanted(name)) return;
        using var ours = new Worker(own, work);
        using var theirs = new Worker(peer, work);
        _description = theirs.Description;
        var compared = Comparison.Run(ours, theirs, work.Batch, _rounds, _seconds);
        Add(name, "images/s", compared.Ours, compared.Theirs, compared.Ratios, wanted, false, ours.FlopsPerStep / work.Batch);
        if (memory is not { } most) return;
        using var small = new Worker(Comparison.SmallPeer(_peerAssembly), work);
        long ourPeak = ours.Quit(), theirPeak = small.Quit();
        Add($"{name}: peak memory", "MB", [ourPeak / 1e6], [theirPeak / 1e6], [(double)ourPeak / theirPeak], most, true);
    }

    private void FirstStep(ThroughputWork work)
    {
        const string name = "process start to the end of step 1";
        if (!Wanted(name)) return;
        var compared = new Compared([], [], []);
        // Once each to have the files in memory.
        for (int round = -1; round < _rounds; round++)
        {
            double ours = Worker.TimeFirstStep(_own, work), theirs = Worker.TimeFirstStep(_peer, work);
            if (round < 0) continue;
            compared.Ours.Add(ours);
            compared.Theirs.Add(theirs);
            compared.Ratios.Add(ours / theirs);
        }
        Add(name, "s", compared.Ours, compared.Theirs, compared.Ratios, 0.5, true);
    }

    private void Scaling(ThroughputWork work)
    {
        string name = $"ResNet-18 training, {work.Threads} threads to 1 of ours";
        if (!Wanted(name)) return;
        using var all = new Worker(_own, work);
        using var one = new Worker(_own, work with { Threads = 1 });
        var compared = Comparison.Run(all, one, work.Batch, _rounds, _seconds);
        Add(name, "images/s", compared.Ours, compared.Theirs, compared.Ratios, 0.925 * work.Threads, false, all.FlopsPerStep / work.Batch);
    }

    private bool Wanted(string name) => name.Contains(_only, StringComparison.OrdinalIgnoreCase);

    private void Add(string name, string unit, List<double> ours, List<double> theirs, List<double> ratios, double wanted, bool lessIsBetter, double flops = 0)
    {
        double rate = Comparison.Median(ours);
        var line = new TableLine(name, unit, rate, Comparison.Median(theirs), Comparison.Median(ratios), ratios.Min(), ratios.Max(), wanted, lessIsBetter, flops > 0 ? rate * flops / 1e9 : null);
        _lines.Add(line);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: ratio {line.Ratio:F2}"));
    }

    private static void Write(TableResult result, TextWriter to)
    {
        var culture = CultureInfo.InvariantCulture;
        to.WriteLine(string.Create(culture, $"{result.Processor}, {result.Threads} threads, {result.Version}; {result.Rounds} rounds of {result.Seconds} s in turns; GEMM peak {result.GemmPeakGflops:F0} GFLOP/s"));
        to.WriteLine($"peer: {result.Peer}");
        to.WriteLine();
        to.WriteLine("| work | unit | ours | peer | ratio | lowest – highest | wanted | met | GFLOP/s | of the GEMM peak |");
        to.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var line in result.Lines)
        {
            string rate = line.Gflops is { } gflops ? string.Create(culture, $"{gflops:F0} | {gflops / result.GemmPeakGflops:P0}") : " | ";
            to.WriteLine(string.Create(culture,
                $"| {line.Work} | {line.Unit} | {line.Ours:G4} | {line.Peer:G4} | {line.Ratio:F2} | {line.Lowest:F2} – {line.Highest:F2} | {(line.LessIsBetter ? "≤" : "≥")} {line.Wanted:G3} | {(line.Met ? "yes" : "no")} | {rate} |"));
        }
    }
}
