using NativeTrainer.Graph;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Graph;

/// <summary>Whole training steps of small ResNets: memory plan, freezing, reproducibility.</summary>
public sealed class TrainStepTests
{
    private const int Size = 33, Batch = 4, Classes = 5;

    public static TheoryData<BlockKind> Blocks => [BlockKind.Basic, BlockKind.Bottleneck];

    public static MatrixTheoryData<BlockKind, BatchNormPolicy, bool> Checkpointed => new([BlockKind.Basic, BlockKind.Bottleneck], Enum.GetValues<BatchNormPolicy>(), [false, true]);

    [Theory]
    [MemberData(nameof(Blocks))]
    public void SharedMemoryPoisonedWhenFreedGivesTheSameBits(BlockKind block)
        => Assert.Equal(Train(block, reuse: false), Train(block, reuse: true, poison: true));

    [Theory]
    [MemberData(nameof(Blocks))]
    public void AnyThreadCountGivesTheSameBits(BlockKind block) => Assert.Equal(Train(block, threads: 1), Train(block, threads: 3));

    [Theory]
    [MemberData(nameof(Blocks))]
    public void AFewStepsOnOneBatchLowerItsLoss(BlockKind block)
    {
        var losses = Losses(block, 16);
        Assert.True(losses[^1] < 0.5 * losses[0], string.Join(", ", losses));
    }

    [Theory]
    [MemberData(nameof(Checkpointed))]
    public void WhatCheckpointingMakesAgainHasTheSameBits(BlockKind block, BatchNormPolicy policy, bool frozenPrefix)
    {
        var options = Options() with { BatchNorm = policy };
        float[] Weights(bool checkpoint)
        {
            using var run = new Run(block, 2, options with { CheckpointActivations = checkpoint }, p => !frozenPrefix || !(p.Name.StartsWith("conv1") || p.Name.StartsWith("bn1") || p.Name.StartsWith("layer1")));
            run.TrainStep.Graph.PoisonFreed = true;
            Assert.Equal(checkpoint, run.TrainStep.Graph.FlopsAgain > 0);
            for (int i = 0; i < 3; i++)
            {
                run.Fill(0, run.Images, run.Targets);
                run.TrainStep.Run(i, accumulate: false, 0.5f);
                run.Fill(0, run.Images, run.Targets);
                run.TrainStep.Run(i, accumulate: true, 0.5f);
                run.TrainStep.Update(1);
            }
            return run.Weights();
        }
        Assert.Equal(Weights(false), Weights(true));
    }

    [Fact]
    public void CheckpointingMakesThePeakSmaller()
    {
        using Run all = new(BlockKind.Bottleneck, 1, Options()), few = new(BlockKind.Bottleneck, 1, Options() with { CheckpointActivations = true });
        Assert.True(few.TrainStep.ArenaBytes < 0.75 * all.TrainStep.ArenaBytes, $"{few.TrainStep.ArenaBytes} against {all.TrainStep.ArenaBytes}");
        Assert.InRange(few.TrainStep.Graph.FlopsAgain, 1, few.TrainStep.Graph.Flops / 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AStepAllocatesNothing(bool checkpoint)
    {
        using var run = new Run(BlockKind.Bottleneck, 2, new TrainOptions { Data = "", ClipNorm = 1, Ema = 0.9f, HeadDropout = 0.2f, CheckpointActivations = checkpoint });
        run.Step(0);
        // The least of some steps: the runtime itself may allocate in one, when it compiles a method again.
        Assert.Equal(0, Enumerable.Range(1, 4).Min(Allocated));

        long Allocated(int step)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            run.Step(step);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void AFrozenPrefixIsFusedKeepsItsWeightsAndHasNoBackward()
    {
        using var run = new Run(BlockKind.Basic, 2, Options(), trained: p => p.Name.StartsWith("layer3") || p.Name.StartsWith("fc"));
        var before = run.Weights();
        Assert.DoesNotContain(run.TrainStep.Graph.BackwardSteps, s => s.Name.StartsWith("layer1") || s.Name.StartsWith("layer2"));
        Assert.All(run.TrainStep.Graph.Steps.Where(s => s.Name.StartsWith("layer1")), s => Assert.EndsWith("folded", s.Variant));
        run.Step(0);
        var after = run.Weights();
        foreach (var p in run.Model.Parameters.All)
        {
            bool same = before.AsSpan((int)p.Start, (int)p.Shape.Count).SequenceEqual(after.AsSpan((int)p.Start, (int)p.Shape.Count));
            Assert.True(same != (p.Name.StartsWith("layer3") || p.Name.StartsWith("fc")), $"{p.Name} {(same ? "did not change" : "changed")}");
        }
    }

    [Fact]
    public void FrozenLayersUseLessMemory()
    {
        using Run full = new(BlockKind.Basic, 1, Options()), head = new(BlockKind.Basic, 1, Options(), trained: p => p.Name.StartsWith("fc"));
        Assert.True(head.TrainStep.ArenaBytes < full.TrainStep.ArenaBytes, $"{head.TrainStep.ArenaBytes} against {full.TrainStep.ArenaBytes}");
    }

    [Fact]
    public void TwoAccumulatedHalvesEqualOneBatchWithFrozenNorms()
    {
        // With running statistics, samples do not meet: the mean of two half gradients is the whole gradient, up to the order of its sums.
        var options = Options() with { BatchNorm = BatchNormPolicy.Eval, Momentum = 0, WeightDecay = 0 };
        using Run whole = new(BlockKind.Basic, 1, options, batch: 4), half = new(BlockKind.Basic, 1, options, batch: 2);
        whole.TrainStep.Run(0);
        half.Fill(0, whole.Images, whole.Targets);
        half.TrainStep.Run(0, accumulate: false, scale: 0.5f);
        half.Fill(2, whole.Images, whole.Targets);
        half.TrainStep.Run(1, accumulate: true, scale: 0.5f);
        float[] expected = whole.Gradient(), actual = half.Gradient();
        double norm = Math.Sqrt(expected.Sum(v => (double)v * v)), off = Math.Sqrt(expected.Zip(actual, (a, b) => (double)(a - b) * (a - b)).Sum());
        // Both are float32 evaluations of one sum; each layer adds rounding of at most √K·u relative to its magnitude, K ≤ 33²·4.
        double bound = 2 * Math.Sqrt(33 * 33 * 4) * Math.Pow(2, -24) * whole.TrainStep.Graph.Steps.Count;
        Assert.True(off <= bound * norm, $"relative difference {off / norm:E2}, bound {bound:E2}");
    }

    private static TrainOptions Options() => new() { Data = "", LearningRate = 0.01f };

    private static float[] Train(BlockKind block, int threads = 2, bool reuse = true, bool poison = false)
    {
        using var run = new Run(block, threads, Options() with { LabelSmoothing = 0.1f, HeadDropout = 0.3f }, reuse: reuse);
        run.TrainStep.Graph.PoisonFreed = poison;
        for (int i = 0; i < 3; i++)
        {
            run.Fill(0, run.Images, run.Targets);
            run.Step(i);
        }
        return run.Weights();
    }

    private static float[] Losses(BlockKind block, int steps)
    {
        using var run = new Run(block, 2, Options());
        return [.. Enumerable.Range(0, steps).Select(i =>
        {
            run.Fill(0, run.Images, run.Targets);
            return run.Step(i);
        })];
    }

    private sealed class Run : IDisposable
    {
        private readonly CpuDevice _device;
        private readonly Kernels.Arena _arena;
        private readonly int _batch;

        public Run(BlockKind block, int threads, TrainOptions options, Func<Parameter, bool>? trained = null, bool reuse = true, int batch = Batch)
        {
            _device = new CpuDevice(threads);
            _batch = batch;
            var spec = new ResNetSpec
            {
                Name = "small",
                Block = block,
                Depths = [1, 2, 1],
                Widths = [8, 12, 16],
                Strides = [1, 2, 2],
                StemChannels = 8,
                Head = new HeadSpec { Classes = Classes, Dropout = options.HeadDropout },
            };
            Model = new ResNet(spec, _device);
            Model.Initialize(3);
            Model.Parameters.SetTrainable(trained ?? (_ => true));
            TrainStep = new TrainStep(Model, options, Size, batch, fromScratch: true, reuseMemory: reuse);
            _arena = _device.Allocate(TrainStep.ArenaBytes);
            TrainStep.Bind(_arena);
            var random = new Random(5);
            Images = [.. Enumerable.Range(0, batch * Size * Size * 3).Select(_ => random.NextSingle() * 2 - 1)];
            Targets = new float[batch * Classes];
            for (int i = 0; i < batch; i++) Targets[i * Classes + i % Classes] = 1;
            Fill(0, Images, Targets);
        }

        public ResNet Model { get; }

        public TrainStep TrainStep { get; }

        public float[] Images { get; }

        public float[] Targets { get; }

        public void Fill(int first, float[] images, float[] targets)
        {
            _device.Upload<float>(images.AsSpan(first * Size * Size * 3, _batch * Size * Size * 3), TrainStep.Input);
            _device.Upload<float>(targets.AsSpan(first * Classes, _batch * Classes), TrainStep.Targets);
        }

        public float Step(int i)
        {
            float loss = TrainStep.Run(i);
            TrainStep.Update(1);
            return loss;
        }

        public float[] Weights() => Download(Model.Parameters.FlatWithBuffers);

        public float[] Gradient() => Download(Model.Parameters.FlatGradient);

        public void Dispose()
        {
            TrainStep.Dispose();
            Model.Dispose();
            _arena.Dispose();
            _device.Dispose();
        }

        private float[] Download(Kernels.TensorView view)
        {
            var values = new float[view.Count];
            _device.Download<float>(view, values);
            return values;
        }
    }
}
