using NativeTrainer.Graph;
using NativeTrainer.Graph.Steps;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.GpuCheck;

/// <summary>
/// What a step must at least take: for each kernel the larger of its multiplications over the card's rate and its bytes over the memory's, and a while for each launch.
/// Bytes are those of the operands, each read or written once per kernel: no cache helps, nothing is read twice. Parts of weight gradients are left out.
/// </summary>
internal static class CostModel
{
    /// <summary>From one kernel's end to the next one's start in a recorded step.</summary>
    private const double LaunchMicroseconds = 1.5;

    private const int Classes = 1000;

    public static void Run(Peaks peaks, CheckReport report)
    {
        Console.WriteLine($"{peaks}; {LaunchMicroseconds} µs a launch");
        using var device = PlanningDevice.Open();
        foreach (var (network, batch, size) in new[] { ("resnet50", 128, 224), ("resnet18", 128, 224), ("resnet50", 128, 32) })
            foreach (var precision in device.Precisions)
                foreach (string mode in new[] { "train", "infer" }) report.Model.Add(Step(device, peaks, network, mode, precision, batch, size));
    }

    /// <summary>The least milliseconds of a step, as a throughput line has it.</summary>
    public static double Milliseconds(CheckReport report, string network, string mode, string precision, int batch, int size)
        => report.Model.FirstOrDefault(m => (m.Network, m.Mode, m.Precision, m.Batch, m.Size) == (network, mode, precision, batch, size))?.Milliseconds ?? double.NaN;

    private static ModelLine Step(PlanningDevice device, Peaks peaks, string network, string mode, Precision precision, int batch, int size)
    {
        using var model = new ResNet(ResNetSpec.Known(network, Classes), device, precision);
        model.Parameters.SetTrainable(_ => mode == "train");
        List<Cost> costs = [];
        long memory;
        if (mode == "train")
        {
            using var step = new TrainStep(model, Options(), size, batch, fromScratch: true);
            costs.AddRange(step.Graph.Steps.SelectMany(Forward).Concat(step.Graph.BackwardSteps.SelectMany(Backward)));
            // SGD with momentum reads weight, gradient and momentum, writes weight and momentum; and the copies in bfloat16.
            double parameters = model.Parameters.FlatTrainable.Count;
            costs.Add(new("optimizer", 0, parameters * (5 * sizeof(float) + (precision == Precision.BFloat16 ? sizeof(float) + 2 : 0)), Precision.Float32));
            memory = step.ArenaBytes + step.StateBytes + model.Parameters.Flat.Bytes;
        }
        else
        {
            var builder = new GraphBuilder(device, GraphMode.Inference, precision);
            var graph = builder.Build([model.Logits(builder, model.Features(builder, builder.Input("x", new Shape(batch, size, size, 3))))]);
            costs.AddRange(graph.Steps.SelectMany(Forward));
            memory = graph.ArenaBytes + model.Parameters.Flat.Bytes;
        }
        int launches = Launches(device, network, mode, precision);
        Console.WriteLine($"\n{network} {mode} {precision.Name()} batch {batch} {size}×{size}\n  {"",-28}{"GFLOP",9}{"GB",8}{"ms",8}  bound by");
        double total = launches * LaunchMicroseconds / 1000;
        foreach (var kind in costs.GroupBy(c => c.Kind))
        {
            double milliseconds = kind.Sum(c => c.Seconds(peaks)) * 1e3, flops = kind.Sum(c => c.Flops), bytes = kind.Sum(c => c.Bytes), byBytes = kind.Where(c => c.BoundByBytes(peaks)).Sum(c => c.Seconds(peaks)) * 1e3;
            total += milliseconds;
            Console.WriteLine($"  {kind.Key,-28}{flops / 1e9,9:F1}{bytes / 1e9,8:F2}{milliseconds,8:F3}  {(byBytes > 0.99 * milliseconds ? "memory" : byBytes < 0.01 * milliseconds ? "products" : $"memory {byBytes / milliseconds:P0}")}");
        }
        Console.WriteLine($"  {$"{launches} launches",-45}{launches * LaunchMicroseconds / 1000,8:F3}\n  {"at least",-45}{total,8:F3}  {batch / total * 1000:F0} images/s, {memory / 1e9:F2} GB of device memory");
        return new(network, mode, precision.Name(), batch, size, total, costs.Sum(c => c.Flops), costs.Sum(c => c.Bytes), launches, memory);
    }

    /// <summary>Of a small step: their number does not depend on the batch.</summary>
    private static int Launches(PlanningDevice device, string network, string mode, Precision precision)
    {
        using var model = new ResNet(ResNetSpec.Known(network, Classes), device, precision);
        model.Parameters.SetTrainable(_ => mode == "train");
        if (mode == "train")
        {
            using var step = new TrainStep(model, Options(), 32, 2, fromScratch: true);
            using var memory = device.Allocate(step.ArenaBytes);
            step.Bind(memory);
            int before = device.Launches;
            step.Run(0);
            step.Update(1);
            return device.Launches - before;
        }
        var builder = new GraphBuilder(device, GraphMode.Inference, precision);
        var graph = builder.Build([model.Logits(builder, model.Features(builder, builder.Input("x", new Shape(2, 32, 32, 3))))]);
        using var arena = device.Allocate(graph.ArenaBytes);
        graph.Bind(arena);
        int start = device.Launches;
        graph.Forward(new RunContext());
        return device.Launches - start;
    }

    private static TrainOptions Options() => new() { Data = "", LearningRate = 0.01f };

    private static IEnumerable<Cost> Forward(Step step)
    {
        double inputs = step.Inputs.Sum(v => (double)v.Bytes), written = step.Output.Bytes + step.Beside.Sum(v => (double)v.Bytes) + step.Kept.Sum(v => (double)v.Bytes);
        if (Taps(step) is { } taps)
        {
            yield return new($"{taps} fprop", step.Flops, inputs + written + Weights(step) * Size(step), Precisions(step));
            yield break;
        }
        // Statistics that no convolution wrote take a pass of their own.
        double again = step is BatchNormStep && step.Kept.Count > 0 && !step.Inputs.Any(v => v.Name.EndsWith(" statistics", StringComparison.Ordinal)) ? step.Inputs[0].Bytes : 0;
        yield return new($"{Kind(step)} forward", step is LinearStep ? step.Flops : 0, inputs + written + again, Precision.Float32);
    }

    private static IEnumerable<Cost> Backward(Step step)
    {
        double dy = step.Output.Bytes, dx = step.Inputs.Where(v => v.NeedsGradient).Sum(v => (double)v.Bytes), read = step.ReadInBackward.Concat(step.Kept).Sum(v => (double)v.Bytes);
        if (Taps(step) is { } taps)
        {
            yield return new($"{taps} wgrad", step.Flops, step.Inputs[0].Bytes + dy + Weights(step) * sizeof(float), Precisions(step));
            if (dx > 0) yield return new($"{taps} dgrad", step.Flops, dy + dx + Weights(step) * Size(step), Precisions(step));
            yield break;
        }
        // A norm reads its operands once for the sums and once for the result.
        double passes = step is BatchNormStep && step.Kept.Count > 0 ? 2 : 1;
        yield return new($"{Kind(step)} backward", step is LinearStep ? 2 * step.Flops : 0, passes * (dy + read) + dx, Precision.Float32);
    }

    private static string? Taps(Step step)
    {
        if (step is not (ConvolutionStep or FoldedConvolutionStep)) return null;
        int side = (int)Math.Round(Math.Sqrt(Weights(step) / step.Output.Shape[3] / step.Inputs[0].Shape[3]));
        return $"convolution {side}×{side}";
    }

    /// <summary>K·R·S·C, from the multiplications of each pixel.</summary>
    private static double Weights(Step step) => step.Flops / 2.0 / (step.Output.Shape.Count / step.Output.Shape[3]);

    private static double Size(Step step) => step.Output.Type.SizeInBytes();

    private static Precision Precisions(Step step)
        => step.Output.Type == DType.BFloat16 ? Precision.BFloat16 : step.Variant.Contains("tf32", StringComparison.Ordinal) ? Precision.Tf32 : Precision.Float32;

    private static string Kind(Step step) => step switch { BatchNormStep => "batch norm", LinearStep => "linear", _ => "pooling, loss" };

    private sealed record Cost(string Kind, double Flops, double Bytes, Precision Precision)
    {
        public double Seconds(Peaks peaks) => Math.Max(Flops / peaks.Tflops(Precision) / 1e12, Bytes / peaks.GigabytesPerSecond / 1e9);

        public bool BoundByBytes(Peaks peaks) => Bytes / peaks.GigabytesPerSecond / 1e9 >= Flops / peaks.Tflops(Precision) / 1e12;
    }
}
