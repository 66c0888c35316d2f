using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.PtxExecutor.Ilgpu;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Graph;

/// <summary>
/// Whole training steps through the PTX of the GPU kernels: the depths of ResNet-18 and ResNet-50 with few channels, 32×32 pictures.
/// How far losses may be off is measured, not guessed: a sum of K rounded terms in another order equals the exact one with operands off by about √K·u
/// (Higham and Mary 2019), so the processor trains again with all weights moved by that much at random, and losses may move as far as they do there.
/// </summary>
public sealed class GpuTrainStepTests
{
    private const int Size = 32, Batch = 8, Classes = 3, Steps = 3, Trials = 6;

    /// <summary>The longest sums are the first layer's weight gradients: one term per output pixel.</summary>
    private const int LongestSum = Batch * Size / 2 * Size / 2;

    [Theory]
    [InlineData(18, Precision.Float32)]
    [InlineData(50, Precision.Float32)]
    [InlineData(18, Precision.Tf32)]
    [InlineData(18, Precision.BFloat16)]
    [InlineData(50, Precision.BFloat16)]
    public void ThreeStepsLoseAsOnTheProcessor(int depth, Precision precision)
    {
        // A bfloat16 activation is rounded once as it is stored, to 8 bits; its sums are float32.
        // A tf32 operand is rounded to 11 bits each time it is used.
        double rounding = precision == Precision.BFloat16 ? Math.Pow(2, -8) : precision == Precision.Tf32 ? Math.Pow(2, -11) : Math.Sqrt(LongestSum) * Math.Pow(2, -24);
        using var processor = new CpuDevice(2);
        using var card = PtxDevice.Open();
        float[] expected = Losses(processor, depth, Precision.Float32), actual = Losses(card, depth, precision);
        var allowed = new double[Steps];
        for (int trial = 1; trial <= Trials; trial++)
        {
            var moved = Losses(processor, depth, Precision.Float32, rounding, trial);
            for (int i = 0; i < Steps; i++) allowed[i] = Math.Max(allowed[i], Math.Abs(moved[i] - expected[i]));
        }
        string text = $"processor {string.Join(", ", expected)}; card {string.Join(", ", actual)}; allowed {string.Join(", ", allowed.Select(a => a.ToString("E1")))}";
        TestContext.Current.TestOutputHelper!.WriteLine($"{text}; {card.Instructions:N0} instructions of warps, {card.MatrixProducts:N0} tensor-core products");
        for (int i = 0; i < Steps; i++) Assert.True(Math.Abs(actual[i] - expected[i]) <= 2 * allowed[i], text);
        Assert.Equal(precision != Precision.Float32, card.MatrixProducts > 0);
        Assert.True(card.Repeated > 0, "the second and third step are recordings");
    }

    [Fact]
    public void TwoRunsGiveTheSameBits()
    {
        using PtxDevice first = PtxDevice.Open(), second = PtxDevice.Open();
        Assert.Equal(Losses(first, 18, Precision.BFloat16), Losses(second, 18, Precision.BFloat16));
    }

    /// <summary>Everything that differs from step to step reaches a recorded step: rates, the optimizer's count, dropout's key, the average's warm-up, the loss's scale.</summary>
    [Theory]
    [InlineData(OptimizerKind.Sgd, true)]
    [InlineData(OptimizerKind.AdamW, false)]
    public void ARecordedStepFollowsItsScalars(OptimizerKind optimizer, bool taught)
    {
        var options = new TrainOptions { Data = "", Teacher = taught ? "" : null, LearningRate = 0.002f, Optimizer = optimizer, ClipNorm = 1, Ema = 0.9f, LabelSmoothing = 0.1f };
        const int Small = 16, Few = 2;
        float[] Run(Device device)
        {
            var spec = Spec(18) with { Depths = [1], Widths = [8], Strides = [1], Head = new HeadSpec { Classes = Classes, Dropout = 0.3f } };
            using var model = new ResNet(spec, device);
            model.Initialize(3);
            model.Parameters.SetTrainable(_ => true);
            using var step = new TrainStep(model, options, Small, Few, fromScratch: true);
            using var arena = device.Allocate(step.ArenaBytes);
            var random = new Random(5);
            float[] images = [.. Enumerable.Range(0, Few * Small * Small * 3).Select(_ => random.NextSingle() * 2 - 1)];
            var targets = new float[Few * Classes];
            for (int i = 0; i < Few; i++) targets[i * Classes + i % Classes] = 1;
            step.Bind(arena);
            for (int i = 0; i < 6; i++)
            {
                device.Upload<float>(images, step.Input);
                device.Upload<float>(targets, step.Targets);
                if (taught) device.Upload<float>([.. targets.Select(t => 3 * t + i)], step.TeacherLogits);
                step.Run(i, accumulate: i % 2 == 1, scale: 0.5f + 0.1f * i);
                if (i % 2 == 1) step.Update(1 / (1f + i));
            }
            var weights = new float[model.Parameters.Flat.Count];
            device.Download<float>(model.Parameters.Flat, weights);
            return weights;
        }

        using PtxDevice recorded = PtxDevice.Open(), plain = PtxDevice.Open(records: false);
        Assert.Equal(Run(plain), Run(recorded));
        Assert.True(recorded.Repeated > 0 && plain.Repeated == 0);
    }

    private static ResNetSpec Spec(int depth) => new()
    {
        Name = $"resnet{depth} small",
        Block = depth == 18 ? BlockKind.Basic : BlockKind.Bottleneck,
        Depths = depth == 18 ? [2, 2, 2, 2] : [3, 4, 6, 3],
        Widths = [8, 8, 16, 16],
        Strides = [1, 2, 2, 1],
        StemChannels = 8,
        Head = new HeadSpec { Classes = Classes },
    };

    private static float[] Losses(Device device, int depth, Precision precision, double moved = 0, int seed = 0)
    {
        using var model = new ResNet(Spec(depth), device, precision);
        model.Initialize(3);
        Move(model, moved, seed);
        model.Parameters.SetTrainable(_ => true);
        using var step = new TrainStep(model, new TrainOptions { Data = "", LearningRate = 0.002f }, Size, Batch, fromScratch: true);
        using var arena = device.Allocate(step.ArenaBytes);
        step.Bind(arena);
        var random = new Random(5);
        var targets = new float[Batch * Classes];
        for (int i = 0; i < Batch; i++) targets[i * Classes + i % Classes] = 1;
        var losses = new float[Steps];
        for (int i = 0; i < Steps; i++)
        {
            device.Upload<float>([.. Enumerable.Range(0, Batch * Size * Size * 3).Select(_ => random.NextSingle() * 2 - 1)], step.Input);
            device.Upload<float>(targets, step.Targets);
            losses[i] = step.Run(i);
            step.Update(1);
        }
        return losses;
    }

    private static void Move(ResNet model, double relative, int seed)
    {
        if (relative == 0) return;
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
