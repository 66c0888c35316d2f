using System.Diagnostics;
using NativeTrainer.Evaluation;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.GpuCheck;

/// <summary>Whole training and inference steps on data that already lies on the card, as PyTorch's baseline times them.</summary>
internal static class ThroughputChecks
{
    /// <summary>Timed as one, since a run does not wait for the card after each.</summary>
    private const int StepsTogether = 4;

    private const int Classes = 1000;

    public static void Run(Device device, CheckReport report, bool quick)
    {
        (string Network, int Size, int[] Batches)[] works = quick
            ? [("resnet18", 64, [16])]
            : [("resnet50", 224, [64, 128, 256]), ("resnet18", 224, [64, 128, 256]), ("resnet50", 32, [128])];
        Console.WriteLine($"{"network",-10}{"mode",-7}{"precision",-10}{"batch",5}{"size",6}{"images/s",11}{"ms",10}{"TFLOP/s",9}{"of peak",9}{"of model",9}{"peak GB",9}");
        foreach (var (network, size, batches) in works)
            foreach (int batch in batches)
                foreach (var precision in device.Precisions)
                {
                    // float32 without tensor cores is slow; one batch size tells enough.
                    if (precision == Precision.Float32 && batch > 128) continue;
                    foreach (string mode in new[] { "train", "infer" }) Measure(device, report, network, mode, precision, batch, size, quick ? 1 : 3);
                }
    }

    private static void Measure(Device device, CheckReport report, string network, string mode, Precision precision, int batch, int size, double seconds)
    {
        try
        {
            using var model = new ResNet(ResNetSpec.Known(network, Classes), device, precision);
            model.Initialize(1);
            model.Parameters.SetTrainable(_ => mode == "train");
            var (step, flops, owned) = mode == "train" ? Training(device, model, batch, size) : Inference(device, model, batch, size);
            long peak = device.AllocatedBytes;
            double milliseconds = Median(device, step, seconds);
            foreach (var thing in owned) thing.Dispose();
            var line = new ThroughputLine(network, mode, precision.Name(), batch, size, batch / milliseconds * 1000, milliseconds, flops / milliseconds / 1e9, null, peak);
            if (report.Peaks is { } peaks) line = line with { ShareOfPeak = line.Tflops / peaks.Tflops(precision) };
            double least = CostModel.Milliseconds(report, network, mode, line.Precision, batch, size);
            report.Throughput.Add(line);
            Console.WriteLine($"{network,-10}{mode,-7}{line.Precision,-10}{batch,5}{size,6}{line.ImagesPerSecond,11:F0}{milliseconds,10:F2}{line.Tflops,9:F1}{line.ShareOfPeak,9:P0}{(double.IsNaN(least) ? "" : $"{least / milliseconds:P0}"),9}{peak / 1e9,9:F2}");
        }
        catch (OutOfMemoryException full)
        {
            report.Note($"{network} {mode} {precision.Name()} {batch}", full.Message);
        }
    }

    private static (Action Step, double Flops, IDisposable[] Owned) Training(Device device, ResNet model, int batch, int size)
    {
        var step = new TrainStep(model, new TrainOptions { Data = "", LearningRate = 0.01f }, size, batch, fromScratch: true);
        var arena = device.Allocate(step.ArenaBytes);
        step.Bind(arena);
        var random = new Random(1);
        var images = new float[step.Input.Count];
        for (int i = 0; i < images.Length; i++) images[i] = random.NextSingle() * 2 - 1;
        var targets = new float[step.Targets.Count];
        for (int i = 0; i < batch; i++) targets[i * Classes + i % Classes] = 1;
        // The inputs' memory is reused within a step: what is trained on lies outside and is copied in.
        var inputs = device.Allocate(step.Input.Bytes + Arena.Align(step.Targets.Bytes));
        TensorView x = inputs.View(0, step.Input.Shape), t = inputs.View(step.Input.Bytes, step.Targets.Shape);
        device.Upload<float>(images, x);
        device.Upload<float>(targets, t);
        int count = 0;
        return (() =>
        {
            device.Copy(x, step.Input);
            device.Copy(t, step.Targets);
            // As in a run: a loss is read while the next step computes.
            if (step.Pending > device.StepsAhead) step.TakeLoss();
            step.Start(count++);
            step.Update(1);
        }, 3.0 * step.Graph.Steps.Where(s => s.Variant.StartsWith("conv", StringComparison.Ordinal)).Sum(s => s.Flops), [step, arena, inputs]);
    }

    private static (Action Step, double Flops, IDisposable[] Owned) Inference(Device device, ResNet model, int batch, int size)
    {
        var builder = new Graph.GraphBuilder(device, Graph.GraphMode.Inference, model.Precision);
        var x = builder.Input("x", new Shape(batch, size, size, 3));
        var logits = model.Logits(builder, model.Features(builder, x));
        var graph = builder.Build([logits]);
        var arena = device.Allocate(graph.ArenaBytes);
        graph.Bind(arena);
        model.Parameters.RefreshCopies();
        graph.Prepare();
        var context = new Graph.RunContext();
        var forward = new RepeatedWork(() => graph.Forward(context));
        return (() => device.Repeat(forward), graph.Steps.Where(s => s.Variant.StartsWith("conv", StringComparison.Ordinal)).Sum(s => (double)s.Flops), [forward, arena]);
    }

    private static double Median(Device device, Action step, double seconds)
    {
        for (int i = 0; i < 5; i++) step();
        device.Synchronize();
        var times = new List<double>();
        var all = Stopwatch.StartNew();
        while ((all.Elapsed.TotalSeconds < seconds && times.Count < 400) || times.Count < 3)
        {
            var several = Stopwatch.StartNew();
            for (int i = 0; i < StepsTogether; i++) step();
            device.Synchronize();
            times.Add(several.Elapsed.TotalMilliseconds / StepsTogether);
        }
        times.Sort();
        return times[times.Count / 2];
    }
}
