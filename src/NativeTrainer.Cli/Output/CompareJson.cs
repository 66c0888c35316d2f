using NativeTrainer.Reports;

namespace NativeTrainer.Cli.Output;

/// <param name="Options">Those in which the runs differ; null where they are not known.</param>
internal sealed record ComparedRunJson(string Run, Dictionary<string, FigureJson>? Figures, int Count, int Epochs, double Seconds, Dictionary<string, string?> Options);

internal sealed record RunPairJson(string First, string Second, double HolmP, bool Differs, PairedJson Comparison);

internal sealed record CompareJson(string Report, string Verdict, string? Best, ComparedRunJson[] Runs, RunPairJson[] Pairs, string? Unpaired)
{
    public static CompareJson Of(RunComparison comparison, string path) => new(path, comparison.Verdict, comparison.Leader < 0 ? null : comparison.Runs[comparison.Leader].Folder,
        [.. comparison.Runs.Select((run, i) => new ComparedRunJson(run.Folder, comparison.Reports[i] is { } report ? FigureJson.Of(report.Figures) : null, run.Predictions?.Count ?? 0, comparison.EpochsOf(i), comparison.SecondsOf(i),
            comparison.Differences.ToDictionary(d => d.Name, d => d.Values[i])))],
        [.. comparison.Pairs.Select(pair => new RunPairJson(comparison.Runs[pair.First].Folder, comparison.Runs[pair.Second].Folder, pair.HolmP, pair.Differs,
            PairedJson.Of(comparison.Runs[pair.First].Folder, comparison.Runs[pair.Second].Folder, pair.Comparison)))],
        comparison.Unpaired);
}
