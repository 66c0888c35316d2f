using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.GpuCheck;

/// <summary>
/// Ten training steps of ResNet-18 and ResNet-50 on 64×64 pictures, against the processor: a loss may be off as far as it moves on the processor when the
/// weights move by the rounding that the precision makes. And the same steps once more, for equal bits.
/// </summary>
internal static class ParityChecks
{
    private const int Size = 64, Batch = 16, Classes = 10, Steps = 10, Trials = 3;

    public static void Run(Device device, CheckReport report)
    {
        using var processor = new CpuDevice();
        foreach (string network in new[] { "resnet18", "resnet50" })
        {
            float[] expected = Losses(processor, network, Precision.Float32);
            foreach (var precision in device.Precisions)
            {
                double moved = precision switch { Precision.BFloat16 => Math.Pow(2, -8), Precision.Tf32 => Math.Pow(2, -10), _ => Math.Sqrt(Batch * Size * Size / 4) * Math.Pow(2, -24) };
                var allowed = new double[Steps];
                for (int trial = 1; trial <= Trials; trial++)
                {
                    var losses = Losses(processor, network, Precision.Float32, moved, trial);
                    for (int i = 0; i < Steps; i++) allowed[i] = Math.Max(allowed[i], 2 * Math.Abs(losses[i] - expected[i]));
                }
                float[] actual = Losses(device, network, precision), again = Losses(device, network, precision);
                int off = Array.FindIndex([.. Enumerable.Range(0, Steps)], i => !(Math.Abs(actual[i] - expected[i]) <= allowed[i]));
                report.Note($"{network} {precision.Name()} ten steps", off < 0 ? null : $"step {off}: loss {actual[off]:R}, the processor's {expected[off]:R}, allowed {allowed[off]:E1}");
                report.Note($"{network} {precision.Name()} equal bits", actual.AsSpan().SequenceEqual(again) ? null : "two runs differ");
                report.Parity.Add(new(network, precision.Name(), expected, actual, allowed));
                Console.WriteLine($"{network} {precision.Name()}: losses {actual[0]:F5} … {actual[^1]:F5}, processor {expected[0]:F5} … {expected[^1]:F5}");
            }
        }
    }

    private static float[] Losses(Device device, string network, Precision precision, double moved = 0, int seed = 0)
    {
        using var model = new ResNet(ResNetSpec.Known(network, Classes), device, precision);
        model.Initialize(3);
        if (moved > 0) Move(model, moved, seed);
        model.Parameters.SetTrainable(_ => true);
        using var step = new TrainStep(model, new TrainOptions { Data = "", LearningRate = 0.002f }, Size, Batch, fromScratch: true);
        using var arena = device.Allocate(step.ArenaBytes);
        step.Bind(arena);
        var random = new Random(5);
        var targets = new float[Batch * Classes];
        for (int i = 0; i < Batch; i++) targets[i * Classes + i % Classes] = 1;
        var images = new float[Batch * Size * Size * 3];
        var losses = new float[Steps];
        for (int i = 0; i < Steps; i++)
        {
            for (int j = 0; j < images.Length; j++) images[j] = random.NextSingle() * 2 - 1;
            device.Upload<float>(images, step.Input);
            device.Upload<float>(targets, step.Targets);
            losses[i] = step.Run(i);
            step.Update(1);
        }
        return losses;
    }

    private static void Move(ResNet model, double relative, int seed)
    {
        var random = new Random(seed);
        foreach (var parameter in model.Parameters.Parameters)
        {
            var values = new float[parameter.Shape.Count];
            model.Device.Download<float>(parameter.Data, values);
            for (int i = 0; i < values.Length; i++) values[i] = (float)(values[i] * (1 + relative * (2 * random.NextDouble() - 1)));
            model.Device.Upload<float>(values, parameter.Data);
        }
    }
}
