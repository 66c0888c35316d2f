using System.Text.Json;
using NativeTrainer.Graph;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Parity;

/// <summary>
/// Ten training steps from TorchSharp's start on its images: losses, every gradient, running statistics, weights and optimizer state.
/// </summary>
/// <remarks>
/// The bound is the fixture's own: a float32 engine may stray from the float64 run by twice what TorchSharp's float32 does (the largest of eight
/// roundings; one more sample of the same spread exceeds twice their maximum with no chance worth naming), plus the rounding of what is stored.
/// </remarks>
public sealed class TenStepParityTests
{
    private const double RoundOff = 1.0 / (1 << 24);

    public static TheoryData<string> Fixtures => ["basic-sgd", "basic-adamw", "bottleneck-nesterov", "bottleneck-v1-adamw"];

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void FollowsTorchSharp(string name)
    {
        var fixture = new FixtureFile(name);
        using var device = new CpuDevice(2);
        using var run = new Run(fixture, device);
        int steps = fixture.Shape("losses")[0];
        var losses = new double[steps];
        for (int step = 0; step < steps; step++)
        {
            losses[step] = run.ForwardBackward(step);
            if (step == 0) run.ForEachParameter((parameter, _) => Check(fixture, $"step1/gradient/{parameter.Name}", run.Read(parameter.Gradient, parameter.Shape)));
            if (step == steps - 1) run.ForEachParameter((parameter, _) => CheckNorm(fixture, $"step10/gradient/{parameter.Name}", run.Read(parameter.Gradient, parameter.Shape)));
            run.Update(step);
        }
        Check(fixture, "losses", losses);
        foreach (var parameter in run.Model.Parameters.All) Check(fixture, $"step10/state/{parameter.Name}", run.Read(parameter.Data, parameter.Shape));
        string[] moments = ["first", "second"];
        foreach (var (moment, state) in moments.Zip(run.OptimizerState))
            run.ForEachParameter((parameter, start) => Check(fixture, $"step10/{moment}/{parameter.Name}", run.Read(state.Slice(start, parameter.Shape), parameter.Shape)));
    }

    /// <summary>Every tensor of the fixture has a parameter here and the reverse; so that nothing is left out above.</summary>
    [Theory]
    [MemberData(nameof(Fixtures))]
    public void NamesAreTorchvisions(string name)
    {
        var fixture = new FixtureFile(name);
        using var device = new CpuDevice(1);
        using var run = new Run(fixture, device);
        var start = fixture.Names.Where(n => n.StartsWith("start/", StringComparison.Ordinal)).Select(n => n["start/".Length..]);
        Assert.Equal(start.Order(), run.Model.Parameters.All.Select(p => p.Name).Order());
    }

    private static void Check(FixtureFile fixture, string name, double[] actual)
    {
        var expected = fixture.Read<double>(name);
        Assert.Equal(expected.Length, actual.Length);
        double off = Norm(expected.Zip(actual, (e, a) => e - a)), allowed = 2 * fixture.Scalar(name + "/deviation") + RoundOff * Norm(expected);
        Assert.True(off <= allowed, $"{name}: {off:E2} off, allowed {allowed:E2}, of {Norm(expected):E2}");
    }

    private static void CheckNorm(FixtureFile fixture, string name, double[] actual)
    {
        double expected = fixture.Scalar(name + "/norm"), allowed = 2 * fixture.Scalar(name + "/deviation") + RoundOff * expected;
        Assert.True(Math.Abs(Norm(actual) - expected) <= allowed, $"{name}: norm {Norm(actual):R}, TorchSharp {expected:R}, allowed {allowed:E2}");
    }

    private static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(v => v * v));

    /// <summary>The fixture's network and optimizer, set up here.</summary>
    private sealed class Run : IDisposable
    {
        private readonly FixtureFile _fixture;
        private readonly TrainStep _step;
        private readonly Arena _arena;
        private readonly float[] _factors;
        private readonly int _imageBytes;

        public Run(FixtureFile fixture, Device device)
        {
            _fixture = fixture;
            var description = fixture.Description.GetProperty("fixture");
            _factors = Floats(description.GetProperty("rateFactors"));
            Model = new ResNet(Spec(description), device);
            foreach (var parameter in Model.Parameters.All)
            {
                Assert.Equal(WeightLayout.OnDisk(parameter.Shape), fixture.Shape("start/" + parameter.Name));
                device.Upload<float>(WeightLayout.FromDisk(fixture.Read<float>("start/" + parameter.Name), parameter.Shape), parameter.Data);
            }
            Model.Parameters.SetTrainable(_ => true);
            int batch = description.GetProperty("batch").GetInt32(), size = description.GetProperty("size").GetInt32();
            var weights = Floats(description.GetProperty("classWeights"));
            _step = new TrainStep(Model, Options(description), size, batch, fromScratch: false, weights.Length == 0 ? null : weights);
            _arena = device.Allocate(_step.ArenaBytes);
            _step.Bind(_arena);
            _imageBytes = batch * size * size * 3;
        }

        public ResNet Model { get; }

        public TensorView[] OptimizerState => [.. _step.Optimizer.State.Select(state => state.Data)];

        public float ForwardBackward(int step)
        {
            var pixels = _fixture.Read<byte>("pixels").AsSpan(step * _imageBytes, _imageBytes);
            Model.Device.Upload<float>(Array.ConvertAll(pixels.ToArray(), p => (p - 128) / 64f), _step.Input);
            int classes = Model.Spec.Head.Classes;
            var targets = new float[_step.Batch * classes];
            var labels = _fixture.Read<long>("labels");
            for (int n = 0; n < _step.Batch; n++) targets[n * classes + (int)labels[step * _step.Batch + n]] = 1;
            Model.Device.Upload<float>(targets, _step.Targets);
            return _step.Run(step);
        }

        public void Update(int step) => _step.Update(_factors[step]);

        /// <summary>Calls with each parameter and its first element in the flat trainable range.</summary>
        public void ForEachParameter(Action<Parameter, long> action)
        {
            foreach (var parameter in Model.Parameters.Parameters) action(parameter, parameter.Start - Model.Parameters.TrainableStart);
        }

        /// <summary>A tensor in torchvision's layout.</summary>
        public double[] Read(TensorView view, Shape shape)
        {
            var values = new float[shape.Count];
            Model.Device.Download<float>(view, values);
            return Array.ConvertAll(WeightLayout.ToDisk(values, shape), v => (double)v);
        }

        public void Dispose()
        {
            _step.Dispose();
            _arena.Dispose();
            Model.Dispose();
        }

        private static ResNetSpec Spec(JsonElement description)
        {
            var shape = description.GetProperty("shape");
            int[] Integers(string name) => [.. shape.GetProperty(name).EnumerateArray().Select(v => v.GetInt32())];
            var pool = shape.GetProperty("pool");
            return new ResNetSpec
            {
                Name = description.GetProperty("name").GetString()!,
                Block = shape.GetProperty("bottleneck").GetBoolean() ? BlockKind.Bottleneck : BlockKind.Basic,
                Depths = Integers("depths"),
                Widths = Integers("widths"),
                Strides = Integers("strides"),
                Head = new HeadSpec { Classes = shape.GetProperty("classes").GetInt32() },
                StemChannels = shape.GetProperty("stemChannels").GetInt32(),
                StemKernel = shape.GetProperty("stemKernel").GetInt32(),
                StemStride = shape.GetProperty("stemStride").GetInt32(),
                StrideOnFirst1x1 = shape.GetProperty("strideOnFirst1x1").GetBoolean(),
                Pool = pool.ValueKind == JsonValueKind.Null
                    ? null
                    : new StemPool(pool.GetProperty("kernel").GetInt32(), pool.GetProperty("stride").GetInt32(), pool.GetProperty("pad").GetInt32(), pool.GetProperty("ceilMode").GetBoolean()),
            };
        }

        private static TrainOptions Options(JsonElement description)
        {
            float rate = description.GetProperty("rate").GetSingle();
            return new TrainOptions
            {
                Data = "fixture",
                Strategy = TrainingStrategy.Full,
                Optimizer = description.GetProperty("optimizer").GetString() == "adamw" ? OptimizerKind.AdamW : OptimizerKind.Sgd,
                LearningRate = rate,
                LearningRateFor = new Dictionary<string, float> { ["fc"] = rate * description.GetProperty("headRateFactor").GetSingle() },
                Momentum = description.GetProperty("momentum").GetSingle(),
                Nesterov = description.GetProperty("nesterov").GetBoolean(),
                WeightDecay = description.GetProperty("weightDecay").GetSingle(),
                LabelSmoothing = description.GetProperty("labelSmoothing").GetSingle(),
            };
        }

        private static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetSingle())];
    }
}
