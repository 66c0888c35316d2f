using System.Globalization;
using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Training;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>What the rules of the range test suggest, to be set beside what those rates reach: the suggestions of one subset, and the training runs that try them.</summary>
internal static class RateQuality
{
    public const string Help = """
        advice-quality rates --material DIR --weights FILE [--set flowers5] [--per-class 20] [--strategy two-stage] [--size 128] [--steps 60] [--seed 1]
            the range test on a seeded subset: what steepest descent, valley and a tenth of the minimum suggest for each group
        """;

    public static void Run(CommandArguments arguments)
    {
        string material = arguments.Text("--material", ""), weights = arguments.Text("--weights", ""), set = arguments.Text("--set", "flowers5");
        string strategy = arguments.Choice("--strategy", "two-stage", "head", "two-stage", "full");
        int perClass = arguments.Number("--per-class", 20, 0, 100_000), size = arguments.Number("--size", 128, 32, 512), steps = arguments.Number("--steps", 60, 16, 10_000), seed = arguments.Number("--seed", 1, 0, 1000);
        arguments.Finish();
        if (material == "" || weights == "") throw new UsageException("--material and --weights are needed; see --help");
        StrategyRun.WithSubset(new StrategyCell(set, perClass, strategy, seed, size), Path.Combine(material, "datasets", set), weights, options =>
        {
            var result = LearningRateFinder.Run(new RangeTestOptions { Training = options, Steps = steps }, _ => { });
            foreach (var test in result.Tests)
            {
                var s = test.Suggestion;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{set}, {perClass} a class, seed {seed}, {test.Group}: {s.Outcome}, suggested {s.Rate:0.0e0}, steepest {s.Steepest:0.0e0}, valley {s.Valley:0.0e0}, minimum/10 {s.TenthOfMinimum:0.0e0}, low {s.Low:0.0e0}, high {s.High:0.0e0}, sum {s.HalfwaySum:0.0e0}, {test.Points.Count} points"));
                foreach (var finding in RateCheck.Check(result).Where(f => f.Group == test.Group)) Console.WriteLine($"    {finding.Sentence}");
            }
            return 0;
        });
    }
}
