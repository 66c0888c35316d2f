using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Elementwise;

namespace NativeTrainer.OpCases;

public static class ElementwiseCases
{
    public static IEnumerable<OpCase> All
    {
        get
        {
            foreach (int count in new[] { 1, 3, 16, 17, 1003, 16384 + 5 })
            {
                yield return AddForward(count);
                foreach (var write in Operand.Writes) yield return AddBackward(count, write);
                yield return ScaleRun(count);
            }
            foreach (int count in new[] { 3, 16, 1003 }) yield return CastCase(count);
            foreach (int count in new[] { 17, 1003 })
            {
                yield return new Bf16Case(AddForward(count), device => Add.Plan(device, count, DType.BFloat16), "a", "b", "y");
                foreach (var write in Operand.Writes) yield return new Bf16Case(AddBackward(count, write), device => Add.Plan(device, count, DType.BFloat16), "dx", "dy");
            }
            yield return AddForward(16 * 56 * 56 * 64);
        }
    }

    /// <summary>Exact: ties, the largest and the smallest among them.</summary>
    private static Bf16Case CastCase(int count)
    {
        var plain = new CallCase<Cast>($"cast {count}", [Operand.Input("x", new(count), u => u switch { > 0.9 => 1 + 1.0 / 256, > 0.8 => 1 + 3.0 / 256, < -0.9 => -1e-30, _ => u }), Operand.Output("y", new(count), DType.BFloat16)],
            device => Cast.Plan(device, count), (plan, t, _) => plan.Run(t[0], t[1]), (values, _) => CastReference.Run(values[0], values[1]));
        return new Bf16Case(plain, device => Cast.Plan(device, count)) { Exact = true };
    }

    private static OpCase AddForward(int count) => new CallCase<Add>($"add/forward {count}",
        [Operand.Input("a", new(count)), Operand.Input("b", new(count)), Operand.Output("y", new(count))],
        device => Add.Plan(device, count), (plan, t, _) => plan.Forward(t[0], t[1], t[2]),
        (values, bounds) =>
        {
            AddReference.Forward(values[0], values[1], values[2]);
            for (int i = 0; i < count; i++) bounds[2][i] = Tolerance.Roundings(1, values[2][i]);
        }, count > 1_000_000);

    private static OpCase AddBackward(int count, GradientWrite write) => new CallCase<Add>($"add/backward {count} {write}",
        [Operand.Input("dy", new(count)), Operand.Gradient("dx", new(count), write)],
        device => Add.Plan(device, count), (plan, t, _) => plan.Backward(t[0], t[1], write),
        (values, bounds) =>
        {
            AddReference.Backward(values[0], values[1], write);
            if (write == GradientWrite.Overwrite) return;
            for (int i = 0; i < count; i++) bounds[1][i] = Tolerance.Roundings(1, values[1][i]);
        });

    private static OpCase ScaleRun(int count) => new CallCase<Scale>($"scale {count}",
        [Operand.Input("x", new(count)), Operand.Output("y", new(count))],
        device => Scale.Plan(device, count), (plan, t, _) => plan.Run(t[0], 0.3f, t[1]),
        (values, bounds) =>
        {
            ScaleReference.Run(values[0], 0.3f, values[1]);
            for (int i = 0; i < count; i++) bounds[1][i] = Tolerance.Roundings(1, values[1][i]);
        });
}
