using System.Globalization;
using System.Text;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Benchmarks.Throughput;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>From half of the training samples, the accuracy with all of them: how far off?</summary>
internal static class ForecastQuality
{
    public const string Help = """
        advice-quality forecast --data DIR[,DIR…] --weights FILE [--seeds N] [--size PIXELS] [--threads N] [--cache DIR] [--out FILE]
            from a random half of the training samples, N times (5), the accuracy of a linear probe on all of them, beside what is then measured
            --cache: keep features there between runs; --out: the table
        """;

    private const double Wanted = 0.03;

    public static void Run(CommandArguments arguments)
    {
        var features = new FrozenFeatures("forecast", arguments);
        features.Write(Table(features.Sets, features.Seeds, features.Threads));
    }

    private static string Table(IReadOnlyList<FeaturesOfSet> sets, int seeds, int threads)
    {
        var culture = CultureInfo.InvariantCulture;
        var text = new StringBuilder("| data | seed | half | accuracy with half | forecast for all | 5 – 95 % | measured with all | off by, points |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var set in sets)
        {
            var options = new LearningCurveOptions { Threads = threads };
            var (train, validation, labels, right) = (set.Train.Matrix, set.Validation.Matrix, set.Train.Labels, set.Validation.Labels);
            double measured = LearningCurve.Measure(train, labels, validation, right, set.Classes, options with { Shares = [1] }).Points[^1].Accuracy;
            var off = new List<double>();
            int inside = 0;
            for (int seed = 1; seed <= seeds; seed++)
            {
                int[] half = Folds.NestedOrder(labels, (ulong)seed)[..(labels.Length / 2)];
                var curve = LearningCurve.Measure(train.Select(half), [.. half.Select(i => labels[i])], validation, right, set.Classes, options with { Seed = (ulong)seed });
                var forecast = curve.Forecast(labels.Length);
                off.Add(forecast.Accuracy - measured);
                if (forecast.Low <= measured && measured <= forecast.High) inside++;
                text.Append(culture, $"| {set.Name} | {seed} | {half.Length} | {curve.Points[^1].Accuracy:F3} | {forecast.Accuracy:F3} | {forecast.Low:F3} – {forecast.High:F3} | {measured:F3} | {100 * off[^1]:+0.0;-0.0;0.0} |\n");
            }
            text.Append(culture, $"| **{set.Name}** | all | | | | {inside} of {off.Count} inside | | mean {100 * off.Average():+0.0;-0.0;0.0}, largest {100 * off.Max(Math.Abs):F1}, {off.Count(o => Math.Abs(o) <= Wanted)} of {off.Count} within 3 |\n");
        }
        return text.ToString();
    }
}
