using NativeTrainer.Kernels.BatchNorm2d;

namespace NativeTrainer.OpCases;

public static class BatchNormFoldCases
{
    private const float Epsilon = 1e-5f;

    public static IEnumerable<OpCase> All => from shape in new[] { (1, 1), (3, 27), (17, 65) } from gamma in new[] { false, true } select Run(shape.Item1, shape.Item2, gamma);

    private static OpCase Run(int channels, int perChannel, bool gamma) => new CallCase<BatchNormFold>($"batchnormfold {channels}x{perChannel}{(gamma ? " gamma" : "")}",
        [Operand.Input("w", new(channels, perChannel)), Operand.Input("gamma", new(channels)), Operand.Input("beta", new(channels)), Operand.Input("mean", new(channels)),
            Operand.Input("variance", new(channels), u => 1.1 + u), Operand.Output("foldedW", new(channels, perChannel)), Operand.Output("foldedBias", new(channels))],
        device => BatchNormFold.Plan(device, channels, perChannel, Epsilon),
        (plan, t, _) => plan.Run(t[0], gamma ? t[1] : default, t[2], t[3], t[4], t[5], t[6]),
        (v, bounds) =>
        {
            BatchNormFoldReference.Run(v[0], gamma ? v[1] : null, v[2], v[3], v[4], Epsilon, v[5], v[6]);
            foreach (int output in new[] { 5, 6 })
                for (int i = 0; i < v[output].Length; i++) bounds[output][i] = Tolerance.Roundings(1, v[output][i]);
        });
}
