using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.OpCases;

namespace NativeTrainer.Benchmarks.Ops;

/// <summary>The op cases that are of a size worth timing, on all threads and on one.</summary>
public class OpBenchmarks
{
    private Device? _device;
    private Arena? _arena;
    private OpPlan? _plan;
    private TensorView[] _tensors = [];
    private TensorView _workspace;

    public static IEnumerable<OpCase> Cases => AllCases.List.Where(c => c.Benchmark && c.Precision == Precision.Float32);

    [ParamsSource(nameof(Cases))]
    public OpCase Case { get; set; } = null!;

    [ParamsSource(nameof(ThreadCounts))]
    public int Threads { get; set; }

    public static IEnumerable<int> ThreadCounts => Environment.ProcessorCount == 1 ? [1] : [1, Environment.ProcessorCount];

    public static void Run(string[] arguments)
    {
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(7);
        var config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(ConsoleLogger.Default).AddColumnProvider(DefaultColumnProviders.Params)
            .AddColumn(StatisticColumn.Median, StatisticColumn.Min, new RateColumn()).AddExporter(DefaultConfig.Instance.GetExporters().ToArray());
        BenchmarkSwitcher.FromTypes([typeof(OpBenchmarks)]).Run(arguments.Length == 0 ? ["--filter", "*"] : arguments, config);
    }

    [GlobalSetup]
    public void Setup()
    {
        _device = Device.Open("cpu", Threads);
        _plan = Case.Plan(_device);
        long bytes = Case.Tensors.Sum(t => Arena.Align(t.Shape.Count * t.Type.SizeInBytes())), workspace = Arena.Align(_plan.WorkspaceBytes);
        _arena = _device.Allocate(bytes + workspace);
        _tensors = new TensorView[Case.Tensors.Count];
        var random = new Random(1);
        long offset = 0;
        for (int i = 0; i < _tensors.Length; i++)
        {
            var spec = Case.Tensors[i];
            _tensors[i] = _arena.View(offset, spec.Shape, spec.Type);
            offset += Arena.Align(spec.Shape.Count * spec.Type.SizeInBytes());
            if (spec.Type != DType.Float32) continue;
            var values = new float[spec.Shape.Count];
            for (int e = 0; e < values.Length; e++)
            {
                double uniform = random.NextDouble() * 2 - 1;
                values[e] = (float)(spec.Value?.Invoke(e, uniform) ?? uniform);
            }
            _device.Upload<float>(values, _tensors[i]);
        }
        _workspace = workspace == 0 ? default : _arena.View(bytes, new Shape((int)workspace), DType.UInt8);
    }

    [Benchmark]
    public void Run() => Case.Run(_plan!, _tensors, _workspace);

    [GlobalCleanup]
    public void Cleanup()
    {
        _arena?.Dispose();
        _device?.Dispose();
    }
}
