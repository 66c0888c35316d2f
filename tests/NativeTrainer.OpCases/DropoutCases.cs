using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Dropout;

namespace NativeTrainer.OpCases;

public static class DropoutCases
{
    private const ulong Key = 0x0123456789ABCDEF;

    public static IEnumerable<OpCase> All
    {
        get
        {
            foreach (var (count, probability) in new[] { (1, 0.5f), (1003, 0.5f), (4096 + 3, 0.2f), (17, 0f) })
            {
                yield return Forward(count, probability);
                foreach (var write in Operand.Writes) yield return Backward(count, probability, write);
            }
        }
    }

    private static OpCase Forward(int count, float probability) => new CallCase<Dropout>($"dropout/forward {count} p {probability}",
        [Operand.Input("x", new(count)), Operand.Output("y", new(count))],
        device => Dropout.Plan(device, count, probability), (plan, t, _) => plan.Forward(t[0], t[1], Key),
        (values, bounds) =>
        {
            DropoutReference.Forward(values[0], values[1], probability, Key);
            // 1/(1 − p) is rounded, then the product.
            for (int i = 0; i < count; i++) bounds[1][i] = Tolerance.Roundings(2, values[1][i]);
        });

    private static OpCase Backward(int count, float probability, GradientWrite write) => new CallCase<Dropout>($"dropout/backward {count} p {probability} {write}",
        [Operand.Input("dy", new(count)), Operand.Gradient("dx", new(count), write)],
        device => Dropout.Plan(device, count, probability), (plan, t, _) => plan.Backward(t[0], t[1], write, Key),
        (values, bounds) =>
        {
            DropoutReference.Backward(values[0], values[1], write, probability, Key);
            for (int i = 0; i < count; i++) bounds[1][i] = Tolerance.Roundings(2, values[0][i] / (1 - probability)) + Tolerance.Roundings(1, values[1][i]);
        });
}
