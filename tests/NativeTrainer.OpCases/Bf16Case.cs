using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.OpCases;

/// <summary>A float32 case with its activations in bfloat16: the same arithmetic on inputs that have fewer digits, and one rounding more of each result.</summary>
internal sealed class Bf16Case(OpCase inner, Func<Device, OpPlan> plan, params string[] activations) : OpCase
{
    private readonly TensorSpec[] _tensors = [.. inner.Tensors.Select(t => activations.Contains(t.Name) ? t with { Type = DType.BFloat16 } : t)];

    /// <summary>Whether the reference rounds as the kernel does.</summary>
    public bool Exact { get; init; }

    public override string Name => $"{inner.Name} bf16";

    public override Precision Precision => Precision.BFloat16;

    public override bool Benchmark => inner.Benchmark;

    public override bool Simulated => inner.Simulated;

    public override long Flops => inner.Flops;

    public override IReadOnlyList<TensorSpec> Tensors => _tensors;

    public override OpPlan Plan(Device device) => plan(device);

    public override void Run(OpPlan plan, TensorView[] tensors, TensorView workspace) => inner.Run(plan, tensors, workspace);

    public override void Reference(double[][] values, double[][] bounds)
    {
        inner.Reference(values, bounds);
        if (Exact) return;
        for (int t = 0; t < _tensors.Length; t++)
        {
            if (_tensors[t].Type != DType.BFloat16 || _tensors[t].Role == TensorRole.Input) continue;
            for (int i = 0; i < values[t].Length; i++) bounds[t][i] = Tolerance.Stored(Precision.BFloat16, values[t][i], bounds[t][i]);
        }
    }
}
