namespace NativeTrainer.Tests.Evaluation.Metrics;

/// <summary>The table of metrics, case by case: name, data, source of the expected value, expected, ours. It is the output of this test.</summary>
public sealed class MetricsTableTests(ITestOutputHelper output)
{
    private static readonly MetricCase[] Cases = [.. FixtureCases.All(), .. HandCases.All(), .. LabelCases.All()];

    [Fact]
    public void EveryCaseAgrees()
    {
        foreach (var one in Cases.OrderBy(c => c.Metric, StringComparer.Ordinal)) output.WriteLine(one.Line);
        output.WriteLine($"{Cases.Length} cases of {Cases.Select(c => c.Metric).Distinct().Count()} metrics");
        Assert.Empty(Cases.Where(c => !c.Agrees).Select(c => c.Line));
    }

    [Fact]
    public void EveryMetricHasThreeCasesAndADegenerateOne()
        => Assert.Empty(Cases.GroupBy(c => c.Metric).Where(g => g.Count() < 3 || !g.Any(c => c.Degenerate)).Select(g => $"{g.Key}: {g.Count()} cases, {g.Count(c => c.Degenerate)} degenerate"));
}
