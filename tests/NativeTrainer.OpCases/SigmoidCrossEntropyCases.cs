using NativeTrainer.Kernels;
using NativeTrainer.Kernels.SigmoidCrossEntropy;

namespace NativeTrainer.OpCases;

public static class SigmoidCrossEntropyCases
{
    public static IEnumerable<OpCase> All
    {
        get
        {
            foreach (var (n, classes, smoothing, weights) in new[] { (1, 1, 0f, false), (5, 3, 0.1f, true), (3, 17, 0.1f, false), (4, 1000, 0f, true) })
            {
                yield return Forward(n, classes, smoothing, weights);
                yield return Backward(n, classes, smoothing, weights);
            }
            foreach (var (n, classes) in new[] { (1, 1), (3, 17), (2, 1003) }) yield return SigmoidForward(n, classes);
        }
    }

    private static TensorSpec[] Inputs(int n, int classes, bool weights)
    {
        // None, some or all classes of a row, and now and then a share, as of two mixed images.
        var targets = new TensorSpec("targets", new(n, classes), TensorRole.Input, Value: (i, _) => (i % 5) switch { 0 => 1, 3 => i % 2 == 0 ? 1 : 0.25, _ => 0 });
        // Logits reach ±100: exp of them overflows float32.
        var logits = Operand.Input("logits", new(n, classes), u => u * 100);
        return weights ? [logits, targets, Operand.Input("positiveWeights", new(classes), u => u + 1.5)] : [logits, targets];
    }

    private static string Describe(int n, int classes, float smoothing, bool weights) => $"{n}x{classes} smoothing {smoothing}{(weights ? " weights" : "")}";

    private static OpCase Forward(int n, int classes, float smoothing, bool weights)
    {
        TensorSpec[] inputs = Inputs(n, classes, weights);
        int losses = inputs.Length, mean = losses + 1;
        return new CallCase<SigmoidCrossEntropy>($"sigmoidcrossentropy/forward {Describe(n, classes, smoothing, weights)}",
            [.. inputs, Operand.Output("losses", new(n)), Operand.Output("meanLoss", new(1))],
            device => SigmoidCrossEntropy.Plan(device, n, classes, smoothing),
            (plan, t, workspace) => plan.Forward(t[0], t[1], weights ? t[2] : default, t[losses], t[mean], workspace),
            (values, bounds) =>
            {
                SigmoidCrossEntropyReference.Forward(classes, smoothing, values[0], values[1], weights ? values[2] : null, values[losses], values[mean]);
                // Each class costs at most 2.5 times its logit, and log 2.
                for (int i = 0; i < n; i++) bounds[losses][i] = RoundedOnce(classes, values[losses][i], classes * 2.5 * 101);
                bounds[mean][0] = RoundedOnce(classes, values[mean][0], classes * 2.5 * 101);
            });
    }

    private static OpCase Backward(int n, int classes, float smoothing, bool weights)
    {
        TensorSpec[] inputs = Inputs(n, classes, weights);
        int gradient = inputs.Length;
        const float Scale = 0.25f;
        return new CallCase<SigmoidCrossEntropy>($"sigmoidcrossentropy/backward {Describe(n, classes, smoothing, weights)}",
            [.. inputs, Operand.Output("dlogits", new(n, classes))],
            device => SigmoidCrossEntropy.Plan(device, n, classes, smoothing),
            (plan, t, _) => plan.Backward(t[0], t[1], weights ? t[2] : default, Scale, t[gradient]),
            (values, bounds) =>
            {
                SigmoidCrossEntropyReference.Backward(classes, smoothing, values[0], values[1], weights ? values[2] : null, Scale, values[gradient]);
                for (int i = 0; i < bounds[gradient].Length; i++) bounds[gradient][i] = RoundedOnce(1, values[gradient][i], 2.5);
            });
    }

    private static OpCase SigmoidForward(int n, int classes) => new CallCase<Sigmoid>($"sigmoid/forward {n}x{classes}",
        [Operand.Input("logits", new(n, classes), u => u * 100), Operand.Output("probabilities", new(n, classes))],
        device => Sigmoid.Plan(device, n, classes), (plan, t, _) => plan.Forward(t[0], t[1]),
        (values, bounds) =>
        {
            SigmoidCrossEntropyReference.Sigmoid(values[0], values[1]);
            for (int i = 0; i < bounds[1].Length; i++) bounds[1][i] = RoundedOnce(1, values[1][i], values[1][i]);
        });

    /// <summary>One float32 rounding, and two float64 evaluations, the kernel's and the reference's, of K additions and exponentials each (as of the softmax's loss).</summary>
    private static double RoundedOnce(int classes, double reference, double magnitude)
        => Tolerance.Roundings(1, reference) + (double)float.Epsilon / 2 + 2.0 * 2 * classes * Math.ScaleB(magnitude, -52);
}
