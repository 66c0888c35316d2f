using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Optimizers;

namespace NativeTrainer.OpCases;

public static class OptimizersCases
{
    private const double U = Tolerance.UnitRoundOff;
    private const int Count = 40_000;

    // Two groups, gaps before, between and after, a piece longer than a chunk, one element alone.
    private static readonly ParameterSegment[] Segments = [new(3, 17, 0), new(20, 1, 1), new(64, 2 * 16384 + 9, 1), new(35_000, 1001, 0)];
    private static readonly float[] Rates = [0.1f, 0.01f], Decays = [0f, 0.05f];

    public static IEnumerable<OpCase> All
    {
        get
        {
            yield return SgdStep(0, 0, nesterov: false, firstStep: true);
            yield return SgdStep(0.9f, 0, nesterov: false, firstStep: true);
            yield return SgdStep(0.9f, 0.1f, nesterov: false, firstStep: false);
            yield return SgdStep(0.9f, 0, nesterov: true, firstStep: false);
            yield return AdamWStep(1);
            yield return AdamWStep(1000);
            foreach (float maxNorm in new[] { 0f, 1f, 1e6f }) yield return Norm(maxNorm);
            foreach (int count in new[] { 1, 17, 16384 + 3 }) yield return EmaStep(count);
        }
    }

    private static OpCase SgdStep(float momentum, float dampening, bool nesterov, bool firstStep) => new CallCase<Sgd>(
        $"sgd momentum {momentum} dampening {dampening}{(nesterov ? " nesterov" : "")}{(firstStep ? " first" : "")}",
        [Operand.InOut("w", new(Count)), Operand.Input("dw", new(Count)), Operand.InOut("momentumBuffer", new(Count)), Operand.Input("gradScale", new(1), u => 0.7)],
        device => Sgd.Plan(device, Segments, Rates.Length),
        (plan, t, _) => plan.Step(t[0], t[1], momentum == 0 ? default : t[2], Rates, Decays, momentum, dampening, nesterov, firstStep, t[3]),
        (values, bounds) =>
        {
            double[] w = values[0].ToArray(), buffer = values[2].ToArray();
            double scale = values[3][0], share = 1 - (double)dampening;
            OptimizersReference.Sgd(Segments, values[0], values[1], values[2], Rates, Decays, momentum, dampening, nesterov, firstStep, scale);
            ForEach((i, group) =>
            {
                // g = s·dw + λ·w: two products and a sum, so two roundings of each term.
                double size = Math.Abs(scale * values[1][i]) + Math.Abs(Decays[group] * w[i]), error = 2 * U * size;
                if (momentum != 0)
                {
                    // b = μ·b + (1 − τ)·g: 1 − τ, both products and the sum are rounded; on the first step it is g.
                    double kept = Math.Abs(momentum * buffer[i]), taken = share * size;
                    double bufferError = firstStep ? error : share * error + U * (3 * taken + 2 * kept);
                    double bufferSize = firstStep ? size : kept + taken;
                    bounds[2][i] = bufferError;
                    if (nesterov) (error, size) = (error + momentum * bufferError + U * (size + 2 * momentum * bufferSize), size + momentum * bufferSize);
                    else (error, size) = (bufferError, bufferSize);
                }
                bounds[0][i] = Rates[group] * (error + U * size) + U * Math.Abs(values[0][i]);
            });
        });

    private static OpCase AdamWStep(int step)
    {
        const float Beta1 = 0.9f, Beta2 = 0.999f, Epsilon = 1e-8f;
        return new CallCase<AdamW>($"adamw step {step}",
            [Operand.InOut("w", new(Count)), Operand.Input("dw", new(Count)), Operand.InOut("m", new(Count)), Operand.InOut("v", new(Count), u => 0.55 + 0.45 * u), Operand.Input("gradScale", new(1), u => 0.7)],
            device => AdamW.Plan(device, Segments, Rates.Length),
            (plan, t, _) => plan.Step(t[0], t[1], t[2], t[3], Rates, Decays, Beta1, Beta2, Epsilon, step, t[4]),
            (values, bounds) =>
            {
                double[] w = values[0].ToArray(), m = values[2].ToArray(), v = values[3].ToArray();
                double scale = values[4][0], share1 = 1 - (double)Beta1, share2 = 1 - (double)Beta2;
                double correction1 = 1 - Math.Pow(Beta1, step), correction2 = 1 - Math.Pow(Beta2, step);
                OptimizersReference.AdamW(Segments, values[0], values[1], values[2], values[3], Rates, Decays, Beta1, Beta2, Epsilon, step, scale);
                ForEach((i, group) =>
                {
                    // old + share·(new − old): new is one product (two for g²), then difference, share, product, sum.
                    double g = Math.Abs(scale * values[1][i]);
                    double meanError = U * (share1 * (g + 3 * (g + Math.Abs(m[i]))) + Math.Abs(values[2][i]));
                    double squareError = U * (share2 * (3 * g * g + 3 * (g * g + v[i])) + values[3][i]);
                    (bounds[2][i], bounds[3][i]) = (meanError, squareError);
                    // √v/√c₂ + ε: half of v's relative error, then root, 1/√c₂, product and sum.
                    double denominator = Math.Sqrt(values[3][i] / correction2) + Epsilon;
                    double ratio = Math.Abs(values[2][i]) / denominator, relative = squareError / (2 * values[3][i]) + 4 * U;
                    double ratioError = meanError / denominator + ratio * (relative + U);
                    // w·shrink + step·ratio: both factors and both products are rounded, then the sum.
                    double rate = Rates[group] / correction1;
                    bounds[0][i] = rate * (ratioError + 2 * U * ratio) + U * (2 * Math.Abs(w[i]) + Math.Abs(values[0][i]));
                });
            });
    }

    private static OpCase Norm(float maxNorm) => new CallCase<GradientNorm>($"gradientnorm max {maxNorm}",
        [Operand.Input("dw", new(Count)), Operand.Output("norm", new(1)), Operand.Output("scale", new(1))],
        device => GradientNorm.Plan(device, Segments), (plan, t, workspace) => plan.Run(t[0], maxNorm, t[1], t[2], workspace),
        (values, bounds) =>
        {
            OptimizersReference.GradientNorm(Segments, values[0], maxNorm, values[1], values[2]);
            // Squares are positive, so the sum's relative error is that of runs of 256 terms; the root halves it.
            double relative = Tolerance.Reduction(256, 1, 1) / 2;
            bounds[1][0] = values[1][0] * (relative + U);
            if (values[2][0] < 1) bounds[2][0] = values[2][0] * (relative + U);
        });

    private static OpCase EmaStep(int count) => new CallCase<Ema>($"ema {count}",
        [Operand.InOut("ema", new(count)), Operand.Input("w", new(count))],
        device => Ema.Plan(device, count), (plan, t, _) => plan.Step(t[0], t[1], 0.99f),
        (values, bounds) =>
        {
            var old = values[0].ToArray();
            OptimizersReference.Ema(values[0], values[1], 0.99f);
            // 1 − decay, difference and product are rounded, then the sum.
            for (int i = 0; i < count; i++) bounds[0][i] = Tolerance.Roundings(3, (1 - 0.99f) * (values[1][i] - old[i])) + Tolerance.Roundings(1, values[0][i]);
        });

    private static void ForEach(Action<long, int> action)
    {
        foreach (var segment in Segments)
            for (long i = segment.Start; i < segment.End; i++) action(i, segment.Group);
    }
}
