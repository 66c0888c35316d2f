using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Elementwise;

namespace NativeTrainer.OpCases;

public static class ReluCases
{
    public static IEnumerable<OpCase> All
    {
        get
        {
            foreach (int count in new[] { 1, 3, 16, 17, 1003, 16384 + 5 })
            {
                yield return new Forward(count);
                yield return new Backward(count, GradientWrite.Overwrite);
                yield return new Backward(count, GradientWrite.Add);
            }
            foreach (int count in new[] { 1, 1003 })
            {
                yield return Bf16(new Forward(count), count);
                yield return Bf16(new Backward(count, GradientWrite.Overwrite), count);
                yield return Bf16(new Backward(count, GradientWrite.Add), count);
            }
            yield return new Forward(16 * 56 * 56 * 64);
        }
    }

    private static Bf16Case Bf16(OpCase opCase, int count) => new(opCase, device => Relu.Plan(device, count, DType.BFloat16), "x", "y", "dx", "dy");

    private sealed class Forward(int count) : OpCase
    {
        public override string Name => $"relu/forward {count}";

        public override bool Benchmark => count > 1_000_000;

        public override IReadOnlyList<TensorSpec> Tensors => [new("x", new(count), TensorRole.Input), new("y", new(count), TensorRole.Output)];

        public override OpPlan Plan(Device device) => Relu.Plan(device, count);

        public override void Run(OpPlan plan, TensorView[] t, TensorView workspace) => ((Relu)plan).Forward(t[0], t[1]);

        public override void Reference(double[][] values, double[][] bounds) => ReluReference.Forward(values[0], values[1]);
    }

    private sealed class Backward(int count, GradientWrite write) : OpCase
    {
        public override string Name => $"relu/backward {count} {write}";

        public override IReadOnlyList<TensorSpec> Tensors =>
            [new("y", new(count), TensorRole.Input), new("dy", new(count), TensorRole.Input), new("dx", new(count), write == GradientWrite.Add ? TensorRole.InOut : TensorRole.Output)];

        public override OpPlan Plan(Device device) => Relu.Plan(device, count);

        public override void Run(OpPlan plan, TensorView[] t, TensorView workspace) => ((Relu)plan).Backward(t[0], t[1], t[2], write);

        public override void Reference(double[][] values, double[][] bounds)
        {
            ReluReference.Backward(values[0], values[1], values[2], write);
            for (int i = 0; i < count; i++) bounds[2][i] = Tolerance.Roundings(1, values[2][i]);
        }
    }
}
