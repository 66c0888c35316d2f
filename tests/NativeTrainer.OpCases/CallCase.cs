using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.OpCases;

/// <summary>A case from its parts, for ops whose cases differ in more than one function's shape.</summary>
internal sealed class CallCase<TPlan>(string name, TensorSpec[] tensors, Func<Device, TPlan> plan, Action<TPlan, TensorView[], TensorView> run,
    Action<double[][], double[][]> reference, bool benchmark = false, bool simulated = true) : OpCase where TPlan : OpPlan
{
    public override string Name => name;

    public override IReadOnlyList<TensorSpec> Tensors => tensors;

    public override bool Benchmark => benchmark;

    public override bool Simulated => simulated && base.Simulated;

    public override OpPlan Plan(Device device) => plan(device);

    public override void Run(OpPlan plan, TensorView[] t, TensorView workspace) => run((TPlan)plan, t, workspace);

    public override void Reference(double[][] values, double[][] bounds) => reference(values, bounds);
}

/// <summary>Operands in few words.</summary>
internal static class Operand
{
    public static TensorSpec Input(string name, Shape shape, Func<double, double>? value = null)
        => new(name, shape, TensorRole.Input, Value: value is null ? null : (_, uniform) => value(uniform));

    public static TensorSpec Output(string name, Shape shape, DType type = DType.Float32) => new(name, shape, TensorRole.Output, type);

    public static TensorSpec InOut(string name, Shape shape, Func<double, double>? value = null)
        => new(name, shape, TensorRole.InOut, Value: value is null ? null : (_, uniform) => value(uniform));

    /// <summary>A gradient: written over, or added to what it holds.</summary>
    public static TensorSpec Gradient(string name, Shape shape, GradientWrite write) => write == GradientWrite.Add ? InOut(name, shape) : Output(name, shape);

    /// <summary>The two ways to write a gradient.</summary>
    public static readonly GradientWrite[] Writes = [GradientWrite.Overwrite, GradientWrite.Add];
}
