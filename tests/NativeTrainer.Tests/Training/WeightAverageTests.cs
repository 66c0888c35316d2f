using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Training;

/// <summary>Averages of weights are what their definitions say, and have batch norm's statistics of their own.</summary>
public sealed class WeightAverageTests
{
    private const int Batch = 4, Size = 32;

    [Fact]
    public void TheMovingAverageIsOfWeightsAndStatistics()
    {
        using var run = new Run(new TrainOptions { Data = "", LearningRate = 0.05f, Ema = 0.8f });
        var buffers = run.Model.Parameters.FlatBuffers;
        float[] weights = run.Read(run.Model.Parameters.FlatTrainable), statistics = run.Read(buffers);
        for (int step = 1; step <= 12; step++)
        {
            run.Fill(step);
            run.Step.Run(step);
            run.Step.Update(1);
            float decay = Math.Min(0.8f, (1f + step) / (10f + step));
            Move(weights, run.Read(run.Model.Parameters.FlatTrainable), decay);
            Move(statistics, run.Read(buffers), decay);
        }
        Near(weights, run.Read(run.Step.Optimizer.Averages[0].Average));
        Near(statistics, run.Read(run.Step.Optimizer.Averages[1].Average));
        Assert.NotEqual(run.Read(buffers), run.Read(run.Step.Optimizer.Averages[1].Average));

        static void Move(float[] average, float[] present, float decay)
        {
            for (int i = 0; i < average.Length; i++) average[i] = decay * average[i] + (1 - decay) * present[i];
        }
    }

    [Fact]
    public void TheMeanIsTheMean()
    {
        using var run = new Run(new TrainOptions { Data = "" });
        using var mean = new WeightMean(run.Device, run.Model.Parameters);
        var weights = run.Model.Parameters.FlatTrainable;
        var random = new Random(2);
        var sums = new double[weights.Count];
        for (int n = 0; n < 5; n++)
        {
            float[] values = [.. sums.Select(_ => random.NextSingle() - 0.5f)];
            for (int i = 0; i < sums.Length; i++) sums[i] += values[i];
            run.Device.Upload<float>(values, weights);
            mean.Add();
        }
        Near([.. sums.Select(sum => (float)(sum / 5))], run.Read(mean.Weights));
    }

    [Fact]
    public void StatisticsAreMeasuredAnewWhateverTheyWere()
    {
        using var run = new Run(new TrainOptions { Data = "" });
        var buffers = run.Model.Parameters.FlatBuffers;
        // By hand: from zero, a batch leaves a tenth of its statistics.
        var expected = new double[buffers.Count];
        for (int batch = 0; batch < 3; batch++)
        {
            run.Device.Upload<float>(new float[buffers.Count], buffers);
            run.Fill(batch);
            run.Step.Loss(batch);
            float[] tenth = run.Read(buffers);
            for (int i = 0; i < tenth.Length; i++) expected[i] += tenth[i] * 10.0 / 3;
        }
        var random = new Random(4);
        foreach (var buffer in run.Model.Parameters.Buffers) run.Device.Upload<float>([.. Enumerable.Range(0, (int)buffer.Shape.Count).Select(_ => random.NextSingle() * 3)], buffer.Data);
        NormStatistics.Measure(run.Model, run.Step, run, 0, 0, default);
        Near([.. expected.Select(v => (float)v)], run.Read(buffers), 3e-5);
    }

    [Fact]
    public void NormsThatAreFrozenKeepTheirStatistics()
    {
        using var run = new Run(new TrainOptions { Data = "" }, p => p.Name.StartsWith("layer3", StringComparison.Ordinal) || p.Name.StartsWith("fc", StringComparison.Ordinal));
        var frozen = run.Model.Parameters.Buffers.Where(b => !b.Name.StartsWith("layer3", StringComparison.Ordinal)).ToArray();
        var before = frozen.Select(b => run.Read(b.Data)).ToArray();
        float[] moving = run.Read(run.Model.Parameters.Buffers.Single(b => b.Name == "layer3.0.bn1.running_mean").Data);
        NormStatistics.Measure(run.Model, run.Step, run, 0, 0, default);
        for (int i = 0; i < frozen.Length; i++) Assert.Equal(before[i], run.Read(frozen[i].Data));
        Assert.NotEqual(moving, run.Read(run.Model.Parameters.Buffers.Single(b => b.Name == "layer3.0.bn1.running_mean").Data));
    }

    private static void Near(float[] expected, float[] actual, double tolerance = 1e-6)
    {
        for (int i = 0; i < expected.Length; i++) Assert.InRange(Math.Abs(expected[i] - actual[i]), 0, tolerance * (1 + Math.Abs(expected[i])));
    }

    /// <summary>Steps of a small network on noise; it feeds itself, three batches an epoch.</summary>
    private sealed class Run : IBatchFeeder
    {
        private readonly Arena _arena;
        private int _next;

        public Run(TrainOptions options, Func<NativeTrainer.Graph.Parameter, bool>? trained = null)
        {
            Model = new ResNet(SmallNetworks.Spec(), Device);
            Model.Initialize(1);
            Model.Parameters.SetTrainable(trained ?? (_ => true));
            Step = new TrainStep(Model, options, Size, Batch, fromScratch: true);
            _arena = Device.Allocate(Step.ArenaBytes);
            Step.Bind(_arena);
        }

        public Device Device { get; } = new CpuDevice(2);

        public ResNet Model { get; }

        public TrainStep Step { get; }

        public int BatchesPerEpoch => 3;

        public float[] Read(TensorView view)
        {
            var values = new float[view.Count];
            Device.Download<float>(view, values);
            return values;
        }

        public void Fill(int batch)
        {
            var random = new Random(batch);
            Device.Upload<float>([.. Enumerable.Range(0, (int)Step.Input.Count).Select(_ => random.NextSingle() * 2 - 1)], Step.Input);
            Device.Upload<float>([.. Enumerable.Range(0, (int)Step.Targets.Count).Select(i => i % 3 == i / 3 % 3 ? 1f : 0)], Step.Targets);
        }

        public void Start(int epoch, int firstBatch) => _next = firstBatch;

        public void Next(TrainStep step) => Fill(_next++);

        public void Dispose()
        {
            Step.Dispose();
            Model.Dispose();
            _arena.Dispose();
            Device.Dispose();
        }
    }
}
