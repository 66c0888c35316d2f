using System.Diagnostics;
using System.Globalization;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Features;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Imaging;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>What an audit costs beside the passes over the pictures that nobody can save: computing features for the full one, decoding for the quick one of a run.</summary>
internal static class AuditTime
{
    public const string Help = """
        advice-quality time --data DIR --weights FILE [--size PIXELS] [--rounds N] [--threads N]
            in turns (3 rounds), each with an empty cache: the features of all pictures, and the whole command audit with its report; decoding alone, and the audit
            that train makes by itself; medians and their ratios as Markdown; then each check by itself
        """;

    private const string CacheVariable = "XDG_CACHE_HOME";

    /// <summary>Seconds from which a check is listed.</summary>
    private const double Shown = 0.05;

    public static void Run(CommandArguments arguments)
    {
        string data = arguments.Text("--data", ""), weights = arguments.Text("--weights", "");
        int size = arguments.Number("--size", 0, 0, 1024), rounds = arguments.Number("--rounds", 3, 1, 100), threads = arguments.Number("--threads", Environment.ProcessorCount, 1, 256);
        arguments.Finish();
        if (data.Length == 0 || weights.Length == 0) throw new UsageException("time needs --data DIR and --weights FILE");
        var index = DatasetIndex.Open(data);
        Sample[] samples = [.. Enum.GetValues<SplitName>().SelectMany(index.Split)];
        var features = new FeatureOptions { Weights = weights, Size = size, Threads = threads };
        string[] audit = ["audit", data, "--weights", weights, "--size", $"{size}", "--threads", $"{threads}", "--out"];
        Console.WriteLine($"{samples.Length:N0} pictures of {Path.GetFileName(Path.TrimEndingDirectorySeparator(data))}, {(size > 0 ? $"{size} px" : "the weights' size")}. {ThroughputCommand.Processor()}, {threads} threads, {rounds} rounds.\n");
        Console.WriteLine("| | seconds | ratio |\n|---|---|---|");
        void Audit(string folder) => Cli.CommandLine.Run([.. audit, folder], TextWriter.Null, TextWriter.Null);
        Pair(rounds, ("one pass of features", _ => Look(features, samples)), ("`audit --weights`", Audit));
        Pair(rounds, ("decoding, once", _ => Look(new FeatureOptions { Threads = threads }, samples)), ("the audit that `train` makes", _ => Quick(index, data, threads)));
        string kept = Directory.CreateTempSubdirectory("audit-").FullName;
        Environment.SetEnvironmentVariable(CacheVariable, kept);
        Quick(index, data, threads);
        Write("the same the second time", [.. Enumerable.Range(0, rounds).Select(_ => Seconds(() => Quick(index, data, threads)))]);
        Checks(index, data, weights, size, rounds, threads);
        Directory.Delete(kept, recursive: true);
    }

    // With all threads, one after another; what several need is derived in the first of them.
    private static void Checks(DatasetIndex index, string data, string weights, int size, int rounds, int threads)
    {
        var options = new AuditOptions { Data = data, Weights = weights, Size = size };
        var unread = new AuditInput { Index = index, Samples = AuditInput.SamplesOf(index), Pictures = [], Decoded = new HashSet<SplitName>(), Threads = threads };
        IAuditCheck[] checks = [.. DatasetAudit.Checks.Where(check => !check.Needs.HasFlag(AuditNeeds.Production))];
        double[][] seconds = [.. checks.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            var input = PictureSurvey.Measure(unread, options, AuditNeeds.Features | AuditNeeds.Measures | AuditNeeds.Mirrored, null, null, default);
            for (int i = 0; i < checks.Length; i++) seconds[i][round] = Seconds(() => checks[i].Run(input, default).Count());
        }
        Console.WriteLine("\n| check, by itself | seconds |\n|---|---|");
        foreach (var (check, taken) in checks.Zip(seconds).OrderByDescending(pair => Comparison.Median(pair.Second)).Where(pair => Comparison.Median(pair.Second) >= Shown))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {string.Join(", ", check.Kinds.Select(kind => $"{kind.Code} {kind.Slug}"))} | {Comparison.Median(taken):F2} |"));
    }

    private static void Look(FeatureOptions options, Sample[] samples)
    {
        using var store = new FeatureStore(options);
        store.Compute(samples);
    }

    private static void Quick(DatasetIndex index, string data, int threads) => DatasetAudit.Quick(index, data, [], threads, seed: 1, default);

    private static void Pair(int rounds, (string Name, Action<string> Do) least, (string Name, Action<string> Do) whole)
    {
        var (one, other) = (new List<double>(), new List<double>());
        for (int round = 0; round < rounds; round++)
        {
            one.Add(Cold(least.Do));
            other.Add(Cold(whole.Do));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}/{rounds}: {least.Name} {one[^1]:F2} s, {whole.Name} {other[^1]:F2} s"));
        }
        Write(least.Name, one);
        Write(whole.Name, other, string.Create(CultureInfo.InvariantCulture, $"{Comparison.Median(other) / Comparison.Median(one):F2}"));
    }

    private static void Write(string name, List<double> seconds, string ratio = "")
        => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Comparison.Median(seconds):F2} ({seconds.Min():F2} to {seconds.Max():F2}) | {ratio} |"));

    // With caches of its own in an empty folder, which is also where a report may go.
    private static double Cold(Action<string> work)
    {
        string folder = Directory.CreateTempSubdirectory("audit-").FullName;
        try
        {
            Environment.SetEnvironmentVariable(CacheVariable, Path.Combine(folder, "cache"));
            return Seconds(() => work(Path.Combine(folder, "report")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Seconds(Action work)
    {
        var watch = Stopwatch.StartNew();
        work();
        return watch.Elapsed.TotalSeconds;
    }
}
