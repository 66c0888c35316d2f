using System.Globalization;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Training;

namespace NativeTrainer.Benchmarks.Training;

/// <summary>
/// Whether training by Winograd's convolutions learns as well as by direct ones: the losses of runs from random weights that differ in nothing else, for several seeds. Rounding makes two
/// runs of one seed part after some steps, as two seeds do from the first; so the means over the seeds are compared, and how far they are apart with how far the seeds are.
/// </summary>
internal static class WinogradLosses
{
    public const string Help = """
        winograd-losses --data DIR [--model resnet18] [--size PIXELS] [--batch N] [--steps N] [--seeds N] [--threads N]
            training losses by Winograd's and by direct convolutions on pictures of DIR, from random weights, the same options for each seed (128, 16, 200, 3)
        """;

    private const int Window = 25;

    public static void Run(CommandArguments arguments)
    {
        string data = arguments.Text("--data", "");
        if (data.Length == 0) throw new UsageException("--data is missing: give a folder of class folders");
        var options = new TrainOptions
        {
            Data = Path.GetFullPath(data),
            Allow = ["leakage"],
            Model = arguments.Text("--model", "resnet18"),
            Strategy = TrainingStrategy.Full,
            Schedule = ScheduleKind.Constant,
            Size = arguments.Number("--size", 128, 32, 1024),
            Batch = arguments.Number("--batch", 16, 1, 1024),
            Threads = arguments.Number("--threads", 0, 0, 256),
            Epochs = 10_000,
        };
        int steps = arguments.Number("--steps", 200, Window, 100_000) / Window * Window, seeds = arguments.Number("--seeds", 3, 2, 100);
        arguments.Finish();
        var (direct, winograd) = (new float[seeds][], new float[seeds][]);
        for (int s = 0; s < seeds; s++)
        {
            var seeded = options with { Seed = (ulong)s + 1 };
            direct[s] = Losses(seeded, steps, winograd: false);
            winograd[s] = Losses(seeded, steps, winograd: true);
            Console.Error.WriteLine($"seed {s + 1} of {seeds}");
        }
        Write(options, steps, direct, winograd);
    }

    private static float[] Losses(TrainOptions options, int steps, bool winograd)
    {
        string folder = Directory.CreateTempSubdirectory("winograd-losses").FullName;
        try
        {
            using var enough = new CancellationTokenSource();
            var record = new LossRecord(steps, enough);
            Trainer.Train(options with { Out = folder }, record, o => new CpuDevice(o.Threads) { Winograd = winograd }, enough.Token);
            return record.Losses;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(TrainOptions options, int steps, float[][] direct, float[][] winograd)
    {
        int seeds = direct.Length, within = 0;
        Console.WriteLine($"{options.Model}, random weights, {Path.GetFileName(options.Data)}, {options.Size}×{options.Size}, batch {options.Batch}, {steps} steps, {seeds} seeds, {ThroughputCommand.Processor()}, {ThroughputCommand.Version()}");
        Console.WriteLine();
        Console.WriteLine("| steps | direct: loss of each seed | Winograd: loss of each seed | difference of the means | spread of the direct seeds |");
        Console.WriteLine("|---|---|---|---|---|");
        for (int first = 0; first < steps; first += Window)
        {
            double[] d = Means(direct, first), w = Means(winograd, first);
            double difference = w.Average() - d.Average(), spread = d.Max() - d.Min();
            if (Math.Abs(difference) <= spread) within++;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {first + 1}–{first + Window} | {Listed(d)} | {Listed(w)} | {difference:+0.0000;-0.0000} | {spread:F4} |"));
        }
        Console.WriteLine();
        Console.WriteLine($"the means differ by less than the direct seeds among themselves in {within} of {steps / Window} windows");
    }

    private static double[] Means(float[][] losses, int first) => [.. losses.Select(l => l.AsSpan(first, Window).ToArray().Average(x => (double)x))];

    private static string Listed(double[] values) => string.Join(", ", values.Select(v => v.ToString("F4", CultureInfo.InvariantCulture)));

    private sealed class LossRecord(int steps, CancellationTokenSource enough) : ITrainingObserver
    {
        private int _count;

        public float[] Losses { get; } = new float[steps];

        public void OnStep(StepReport step)
        {
            if (_count < steps) Losses[_count++] = step.Loss;
            if (_count == steps) enough.Cancel();
        }
    }
}
