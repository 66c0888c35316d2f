using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Imaging;

namespace NativeTrainer.Reports;

/// <summary>An option in which runs differ.</summary>
/// <param name="Values">Of each run, in their order; null where a run's options are not known.</param>
public sealed record OptionDifference(string Name, IReadOnlyList<string?> Values);

/// <summary>Two runs on the same pictures.</summary>
/// <param name="First">Index of a run.</param>
/// <param name="HolmP">McNemar's exact p, corrected for the number of pairs (Holm, 1979).</param>
public sealed record RunPair(int First, int Second, PairedComparison Comparison, double HolmP)
{
    /// <summary>Whether these pictures show that one is right more often, at 5 %.</summary>
    public bool Differs => HolmP < 0.05;
}

/// <summary>Runs side by side: what differs in their options, their figures with intervals, and whether they differ by more than chance on the same validation pictures.</summary>
public sealed class RunComparison
{
    /// <summary>Runs that colours and tables can hold apart.</summary>
    public const int MostRuns = 12;

    private RunComparison(IReadOnlyList<RunRecord> runs, IReadOnlyList<string> names, IReadOnlyList<ClassificationReport?> reports) => (Runs, Names, Reports) = (runs, names, reports);

    public IReadOnlyList<RunRecord> Runs { get; }

    /// <summary>The folders' names; of those that are called alike, the folders.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Null of a run without predictions.</summary>
    public IReadOnlyList<ClassificationReport?> Reports { get; }

    public IReadOnlyList<OptionDifference> Differences { get; private init; } = [];

    /// <summary>Every two runs with predictions; empty where they are not of the same pictures.</summary>
    public IReadOnlyList<RunPair> Pairs { get; private init; } = [];

    /// <summary>Why there are no pairs; null where there are.</summary>
    public string? Unpaired { get; private init; }

    /// <summary>Index of the run with the highest accuracy (of several, the first); −1 without predictions.</summary>
    public int Leader { get; private init; }

    /// <summary>One or two sentences.</summary>
    public string Verdict { get; private init; } = "";

    public int EpochsOf(int run) => Runs[run].Epochs.Count;

    /// <summary>Of all its epochs.</summary>
    public double SecondsOf(int run) => Runs[run].Seconds;

    /// <param name="threads">0 takes all processors; the result does not depend on them.</param>
    /// <exception cref="UserException">Fewer than two folders, too many, or one without a run.</exception>
    public static RunComparison Of(IReadOnlyList<string> folders, int threads = 0)
    {
        if (folders.Count is < 2 or > MostRuns) throw new UserException($"compare takes 2 to {MostRuns} runs, not {folders.Count}");
        RunRecord[] runs = [.. folders.Select(RunRecord.Read)];
        string[] names = [.. runs.Select(run => runs.Count(other => other.Name == run.Name) > 1 ? run.Folder : run.Name)];
        var bootstrap = new BootstrapOptions { Threads = threads };
        ClassificationReport?[] reports = [.. runs.Select(run => run.Predictions is { Count: > 0 } set ? ClassificationReport.Of(set, new ReportOptions { Bootstrap = bootstrap }) : null)];
        var (pairs, unpaired) = Pair(runs, bootstrap);
        int leader = -1;
        for (int i = 0; i < reports.Length; i++)
            if (reports[i] is { } report && (leader < 0 || report["accuracy"].Value > reports[leader]!["accuracy"].Value)) leader = i;
        return new RunComparison(runs, names, reports) { Differences = Differ(runs), Pairs = pairs, Unpaired = unpaired, Leader = leader, Verdict = Say(names, reports, pairs, unpaired, leader) };
    }

    private static OptionDifference[] Differ(RunRecord[] runs)
    {
        var values = runs.Select(run => run.Options is null ? null : OptionValues.Of(run.Options).ToDictionary(o => o.Name, o => o.Value)).ToArray();
        return [.. values.OfType<Dictionary<string, string>>().SelectMany(v => v.Keys).Distinct()
            .Select(name => new OptionDifference(name, [.. values.Select(v => v?.GetValueOrDefault(name))]))
            .Where(difference => difference.Values.Distinct().Count() > 1)];
    }

    private static (RunPair[] Pairs, string? Unpaired) Pair(RunRecord[] runs, BootstrapOptions bootstrap)
    {
        var compared = new List<(int First, int Second, PairedComparison Comparison)>();
        try
        {
            for (int i = 0; i < runs.Length; i++)
            {
                for (int j = i + 1; j < runs.Length; j++)
                {
                    if (runs[i].Predictions is not { Count: > 0 } a || runs[j].Predictions is not { Count: > 0 } b) continue;
                    var (first, second) = PairedPredictions.Join(runs[i].Folder, a, runs[j].Folder, b);
                    compared.Add((i, j, PairedComparison.Of(first, second, bootstrap)));
                }
            }
        }
        catch (UserException error)
        {
            return ([], error.Message);
        }
        if (compared.Count == 0) return ([], "fewer than two of the runs have predictions");
        double[] corrected = Holm([.. compared.Select(pair => pair.Comparison.Test.Exact)]);
        return ([.. compared.Select((pair, i) => new RunPair(pair.First, pair.Second, pair.Comparison, corrected[i]))], null);
    }

    /// <summary>p values for which all together hold 5 %: the k-th smallest of m times m − k + 1, never below a smaller one (Holm, Scandinavian J. of Statistics 1979).</summary>
    internal static double[] Holm(double[] values)
    {
        var corrected = new double[values.Length];
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        double most = 0;
        for (int k = 0; k < order.Length; k++)
        {
            most = Math.Max(most, Math.Min(1, values[order[k]] * (values.Length - k)));
            corrected[order[k]] = most;
        }
        return corrected;
    }

    private static string Say(string[] names, ClassificationReport?[] reports, RunPair[] pairs, string? unpaired, int leader)
    {
        if (leader < 0) return "None of the runs has predictions to compare.";
        var accuracy = reports[leader]!["accuracy"];
        string first = $"{names[leader]} is right most often: {RunVerdict.Percent(accuracy.Value)} ({RunVerdict.Range(accuracy)}).";
        if (unpaired is not null) return $"{first} The runs cannot be tested against each other: {unpaired}";
        var of = pairs.Where(pair => pair.First == leader || pair.Second == leader).ToList();
        int beaten = of.Count(pair => pair.Differs);
        if (beaten == of.Count) return $"{first} These pictures show that it is better than {(of.Count == 1 ? "the other" : "each of the others")}.";
        string noise = of.Count == 1 ? "the difference may be chance" : beaten == 0 ? "its lead over each of the others may be chance" : $"its lead over {of.Count - beaten} of the {of.Count} others may be chance";
        return $"{first} On {reports[leader]!.Set.Count} pictures {noise}.";
    }
}
