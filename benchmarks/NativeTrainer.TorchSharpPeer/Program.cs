using System.Globalization;
using System.Text.Json;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.TorchSharpPeer;
using NativeTrainer.TorchSharpPeer.Fixtures;

const string Help = """
    TorchSharp, as the yardstick and the source of parity fixtures for NativeTrainer.

      throughput [--mode train|frozen|head|cached|infer|pictures] [--model resnet18|resnet34|resnet50] [--batch N] [--size PIXELS] [--threads N]
                 [--images DIR] [--seconds S] [--json]
                            times whole steps on synthetic images and prints images/s and peak memory
      worker …              the same under the command of NativeTrainer.Benchmarks (stdin, stdout); --first ends after one step
      fixtures DIR          writes the parity fixtures (safetensors) into DIR
    """;

try
{
    string? command = args.FirstOrDefault();
    if (command is null or "--help" or "-h" or "help")
    {
        Console.WriteLine(Help);
        return 0;
    }
    TorchNative.Load();
    OneDnnCaches.Repair();
    switch (command)
    {
        case "throughput":
            Throughput(new CommandArguments(args.Skip(1)));
            return 0;
        case "worker":
            Work(new CommandArguments(args.Skip(1)));
            return 0;
        case "fixtures":
            Fixtures(new CommandArguments(args.Skip(1)));
            return 0;
        default:
            throw new UsageException($"command '{command}' is not known; choose one of throughput, worker, fixtures");
    }
}
catch (UsageException mistake)
{
    Console.Error.WriteLine(mistake.Message);
    return 2;
}

static IThroughputTarget Target(ThroughputWork work) => work.Mode == "pictures" ? new PeerPictures(work) : new PeerTarget(work);

static void Work(CommandArguments arguments)
{
    bool first = arguments.Flag("--first");
    var work = ThroughputWork.Parse(arguments);
    arguments.Finish();
    using var target = Target(work);
    if (first) WorkerLoop.RunFirst(target, Console.Out);
    else WorkerLoop.Run(target, Console.In, Console.Out);
}

static void Throughput(CommandArguments arguments)
{
    bool json = arguments.Flag("--json");
    int seconds = arguments.Number("--seconds", 10, 1, 86400);
    var work = ThroughputWork.Parse(arguments);
    arguments.Finish();
    using var target = Target(work);
    var rates = WorkerLoop.RunAlone(target, work.Batch, seconds);
    foreach (double rate in rates) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rate:F2} images/s"));
    double median = rates.Order().ElementAt(rates.Count / 2);
    Console.WriteLine(json
        ? JsonSerializer.Serialize(new { work, engine = target.Description, imagesPerSecond = median, rounds = rates, peakRssBytes = WorkerLoop.PeakResidentBytes() }, JsonSerializerOptions.Web)
        : string.Create(CultureInfo.InvariantCulture, $"{target.Description}: median {median:F2} images/s, peak RSS {WorkerLoop.PeakResidentBytes() / 1e9:F2} GB"));
}

static void Fixtures(CommandArguments arguments)
{
    string folder = arguments.Positional() ?? throw new UsageException("fixtures needs a folder to write into");
    arguments.Finish();
    Directory.CreateDirectory(folder);
    TorchSharp.torch.set_num_threads(1);
    foreach (var fixture in FixtureCase.All) FixtureMaker.Write(fixture, folder);
    OpFixtures.Write(folder);
}
