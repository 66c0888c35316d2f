using System.Globalization;
using System.Text.Json;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.TorchSharpPeer;
using NativeTrainer.TorchSharpPeer.Fixtures;

const string Help = """
    TorchSharp, as the yardstick and the source of parity fixtures for NativeTrainer.

      train | infer | head [--model resnet18|resnet34|resnet50] [--batch N] [--size PIXELS] [--threads N] [--seconds S] [--json]
                            times whole steps on synthetic images and prints images/s and peak memory
      train | infer | head … --worker
                            the same under the command of NativeTrainer.Benchmarks throughput (stdin, stdout)
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
    switch (command)
    {
        case "train" or "infer" or "head":
            Throughput(new CommandArguments(["--mode", command, .. args.Skip(1)]));
            return 0;
        case "fixtures":
            Fixtures(new CommandArguments(args.Skip(1)));
            return 0;
        default:
            throw new UsageException($"command '{command}' is not known; choose one of train, infer, head, fixtures");
    }
}
catch (UsageException mistake)
{
    Console.Error.WriteLine(mistake.Message);
    return 2;
}

static void Throughput(CommandArguments arguments)
{
    bool worker = arguments.Flag("--worker"), json = arguments.Flag("--json");
    int seconds = arguments.Number("--seconds", 10, 1, 86400);
    var work = ThroughputWork.Parse(arguments);
    arguments.Finish();
    using var target = new PeerTarget(work);
    if (worker)
    {
        WorkerLoop.Run(target, Console.In, Console.Out);
        return;
    }
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
