using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.OpCases;

/// <summary>How a case uses one of its tensors.</summary>
public enum TensorRole
{
    Input,
    Output,

    /// <summary>Read and written, such as running statistics or a gradient that is added to.</summary>
    InOut,
}

/// <summary>One operand of a case.</summary>
/// <param name="Name">The field's name for it: x, w, dy …</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Role">How the op uses it.</param>
/// <param name="Type">Storage type.</param>
/// <param name="Value">Start value of element i by a uniform number in [−1, 1); null leaves that number as it is.</param>
public sealed record TensorSpec(string Name, Shape Shape, TensorRole Role, DType Type = DType.Float32, Func<long, double, double>? Value = null);

/// <summary>
/// One call of one op at one shape: what tests check (reference, guards, repeat) and benchmarks time. The same cases feed both.
/// </summary>
public abstract class OpCase
{
    /// <summary>Op, function and shape, such as <c>relu/forward 1003</c>.</summary>
    public abstract string Name { get; }

    public abstract IReadOnlyList<TensorSpec> Tensors { get; }

    /// <summary>Whether this case is of a size worth timing.</summary>
    public virtual bool Benchmark => false;

    /// <summary>float32 cases run on every device, the others on GPUs.</summary>
    public virtual Precision Precision => Precision.Float32;

    /// <summary>Whether only tensor cores can do it: then ILGPU's simulator cannot.</summary>
    public virtual bool NeedsTensorCores => false;

    /// <summary>
    /// Whether ILGPU's simulator runs it. At every barrier it wakes a thread of the operating system for each thread of the block, about two milliseconds, so that
    /// cases with thousands of barriers leave it to the executor, which runs all cases: on the same kernels, in the same launches, where the types are the same.
    /// </summary>
    public virtual bool Simulated => !Benchmark && !NeedsTensorCores;

    /// <summary>Multiplications and additions of the call; 0 where bytes count.</summary>
    public virtual long Flops => 0;

    public abstract OpPlan Plan(Device device);

    /// <summary>Runs the call on tensors in the order of <see cref="Tensors"/>.</summary>
    public abstract void Run(OpPlan plan, TensorView[] tensors, TensorView workspace);

    /// <summary>
    /// Fills the outputs of <paramref name="values"/> in float64 from its inputs (already rounded to the storage type), and in
    /// <paramref name="bounds"/> the largest absolute error that the arithmetic permits, per element of each output.
    /// </summary>
    public abstract void Reference(double[][] values, double[][] bounds);

    /// <summary>This case under another plan of the same op.</summary>
    public OpCase With(string suffix, Func<Device, OpPlan> plan) => new Replanned(this, suffix, plan);

    public override string ToString() => Name;

    private sealed class Replanned(OpCase inner, string suffix, Func<Device, OpPlan> plan) : OpCase
    {
        public override string Name => $"{inner.Name} {suffix}";

        public override IReadOnlyList<TensorSpec> Tensors => inner.Tensors;

        public override Precision Precision => inner.Precision;

        public override bool NeedsTensorCores => inner.NeedsTensorCores;

        public override bool Simulated => inner.Simulated;

        public override OpPlan Plan(Device device) => plan(device);

        public override void Run(OpPlan plan, TensorView[] tensors, TensorView workspace) => inner.Run(plan, tensors, workspace);

        public override void Reference(double[][] values, double[][] bounds) => inner.Reference(values, bounds);
    }
}
