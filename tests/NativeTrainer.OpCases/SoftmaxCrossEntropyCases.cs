using NativeTrainer.Kernels;
using NativeTrainer.Kernels.SoftmaxCrossEntropy;

namespace NativeTrainer.OpCases;

public static class SoftmaxCrossEntropyCases
{
    public static IEnumerable<OpCase> All
    {
        get
        {
            foreach (var (n, classes, smoothing, weights, soft) in new[]
            {
                (1, 2, 0f, false, false), (5, 3, 0.1f, true, false), (3, 17, 0.1f, false, true), (4, 1000, 0.1f, true, true), (1, 100_000, 0f, false, false),
            })
            {
                yield return Forward(n, classes, smoothing, weights, soft);
                yield return Backward(n, classes, smoothing, weights, soft);
            }
            foreach (var (n, classes) in new[] { (1, 2), (3, 17), (2, 1003) }) yield return SoftmaxForward(n, classes);
        }
    }

    private static TensorSpec[] Inputs(int n, int classes, bool weights, bool soft)
    {
        // One-hot on class 7n mod K, or two classes that share one row.
        double Target(long i)
        {
            long row = i / classes, k = i % classes, first = row * 7 % classes, second = (first + 1) % classes;
            return !soft ? (k == first ? 1 : 0) : k == first ? 0.75 : k == second ? 0.25 : 0;
        }
        var targets = new TensorSpec("targets", new(n, classes), TensorRole.Input, Value: (i, _) => Target(i));
        // Logits reach ±100: exp of them overflows float32, and the rows are far from uniform.
        var logits = Operand.Input("logits", new(n, classes), u => u * 100);
        return weights ? [logits, targets, Operand.Input("classWeights", new(classes), u => u + 1.5)] : [logits, targets];
    }

    private static string Describe(int n, int classes, float smoothing, bool weights, bool soft)
        => $"{n}x{classes} smoothing {smoothing}{(weights ? " weights" : "")}{(soft ? " soft" : "")}";

    private static OpCase Forward(int n, int classes, float smoothing, bool weights, bool soft)
    {
        TensorSpec[] inputs = Inputs(n, classes, weights, soft);
        int losses = inputs.Length, mean = losses + 1;
        return new CallCase<SoftmaxCrossEntropy>($"softmaxcrossentropy/forward {Describe(n, classes, smoothing, weights, soft)}",
            [.. inputs, Operand.Output("losses", new(n)), Operand.Output("meanLoss", new(1))],
            device => SoftmaxCrossEntropy.Plan(device, n, classes, smoothing),
            (plan, t, workspace) => plan.Forward(t[0], t[1], weights ? t[2] : default, t[losses], t[mean], workspace),
            (values, bounds) =>
            {
                SoftmaxCrossEntropyReference.Forward(classes, smoothing, values[0], values[1], weights ? values[2] : null, values[losses], values[mean]);
                for (int i = 0; i < n; i++) bounds[losses][i] = RoundedOnce(classes, values[losses][i], 2.5 * 200);
                bounds[mean][0] = RoundedOnce(classes, values[mean][0], 2.5 * 200);
            });
    }

    private static OpCase Backward(int n, int classes, float smoothing, bool weights, bool soft)
    {
        TensorSpec[] inputs = Inputs(n, classes, weights, soft);
        int gradient = inputs.Length;
        const float Scale = 0.25f;
        return new CallCase<SoftmaxCrossEntropy>($"softmaxcrossentropy/backward {Describe(n, classes, smoothing, weights, soft)}",
            [.. inputs, Operand.Output("dlogits", new(n, classes))],
            device => SoftmaxCrossEntropy.Plan(device, n, classes, smoothing),
            (plan, t, _) => plan.Backward(t[0], t[1], weights ? t[2] : default, Scale, t[gradient]),
            (values, bounds) =>
            {
                SoftmaxCrossEntropyReference.Backward(classes, smoothing, values[0], values[1], weights ? values[2] : null, Scale, values[gradient]);
                for (int i = 0; i < bounds[gradient].Length; i++) bounds[gradient][i] = RoundedOnce(classes, values[gradient][i], 2.5);
            });
    }

    private static OpCase SoftmaxForward(int n, int classes) => new CallCase<Softmax>($"softmax/forward {n}x{classes}",
        [Operand.Input("logits", new(n, classes), u => u * 100), Operand.Output("probabilities", new(n, classes))],
        device => Softmax.Plan(device, n, classes), (plan, t, _) => plan.Forward(t[0], t[1]),
        (values, bounds) =>
        {
            SoftmaxCrossEntropyReference.Softmax(classes, values[0], values[1]);
            for (int i = 0; i < bounds[1].Length; i++) bounds[1][i] = RoundedOnce(classes, values[1][i], values[1][i]);
        });

    /// <summary>
    /// One float32 rounding (half the least denormal where the result is that small), and two float64 evaluations, the kernel's and the reference's: each of K
    /// additions and as many exponentials of at most one last place errs by 2⁻⁵² of <paramref name="magnitude"/>, an upper bound of the terms' sum.
    /// </summary>
    private static double RoundedOnce(int classes, double reference, double magnitude)
        => Tolerance.Roundings(1, reference) + (double)float.Epsilon / 2 + 2.0 * 2 * classes * Math.ScaleB(magnitude, -52);
}
