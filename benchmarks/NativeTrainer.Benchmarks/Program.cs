using NativeTrainer.Benchmarks.Advice;
using NativeTrainer.Benchmarks.Evaluation;
using NativeTrainer.Benchmarks.Explaining;
using NativeTrainer.Benchmarks.Ops;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Benchmarks.Training;

const string Help = """
    Benchmarks of NativeTrainer.

    ops [BenchmarkDotNet options]
        single operators at the shapes of ResNet-18 and ResNet-50; --filter '*Conv*' chooses, --list flat lists
    """;

try
{
    switch (args.FirstOrDefault())
    {
        case null or "help" or "--help" or "-h":
            Console.WriteLine($"{Help}\n{ThroughputCommand.Help}\n{CpuTable.Help}\n{WinogradLosses.Help}\n{AdviceQuality.Help}\n{MetricsBenchmark.Help}\n{ExportAgreement.Help}\n{GradCamSanity.Help}");
            return 0;
        case "throughput":
            ThroughputCommand.Run(new CommandArguments(args.Skip(1)));
            return 0;
        case "cpu-table":
            CpuTable.Run(new CommandArguments(args.Skip(1)));
            return 0;
        case "winograd-losses":
            WinogradLosses.Run(new CommandArguments(args.Skip(1)));
            return 0;
        case "worker":
            ThroughputCommand.RunWorker(new CommandArguments(args.Skip(1)));
            return 0;
        case "advice-quality":
            return AdviceQuality.Run(new CommandArguments(args.Skip(1)));
        case "metrics":
            MetricsBenchmark.Run(new CommandArguments(args.Skip(1)));
            return 0;
        case "metrics-coverage":
            MetricsBenchmark.Coverage(new CommandArguments(args.Skip(1)));
            return 0;
        case "export":
            ExportAgreement.Run(new CommandArguments(args.Skip(1)));
            return 0;
        case "grad-cam":
            return GradCamSanity.Run(new CommandArguments(args.Skip(1)));
        case "ops":
            OpBenchmarks.Run(args[1..]);
            return 0;
        case var other:
            throw new UsageException($"command '{other}' is not known; choose throughput, cpu-table, winograd-losses, advice-quality, metrics, metrics-coverage, export, grad-cam or ops");
    }
}
catch (UsageException mistake)
{
    Console.Error.WriteLine($"error: {mistake.Message}");
    return 2;
}
