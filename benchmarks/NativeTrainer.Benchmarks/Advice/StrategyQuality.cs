using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>
/// Runs strategies on seeded subsets of real data sets and prints accuracy, strategy × set × images per class. Each result is appended to a file of JSON lines and not
/// computed again, so that the whole, which takes hours, can be done in parts.
/// </summary>
internal static class StrategyQuality
{
    public const string Help = """
        advice-quality strategies --material DIR --weights FILE --results FILE.jsonl
            [--sets flowers5,hymenoptera,grocery-csv] [--per-class 5,20,0] [--runs head,two-stage,gradual,full,auto] [--seeds 1] [--size 128] [--most N] [--seconds S] [--table]
            trains on seeded subsets (0 is all images) and prints a table; what the results file holds is not run again, --most N stops after N runs, --seconds S begins none after S seconds,
            --table runs nothing.
            A run is a strategy with changes, such as two-stage:epochs=16:batch=8:lr=0.01:augment=medium
        """;

    public static void Run(CommandArguments arguments)
    {
        string material = arguments.Text("--material", ""), weights = arguments.Text("--weights", ""), results = arguments.Text("--results", "");
        string[] sets = List(arguments, "--sets", "flowers5,hymenoptera,grocery-csv"), runs = List(arguments, "--runs", "head,two-stage,gradual,full,auto");
        int[] perClass = [.. List(arguments, "--per-class", "5,20,0").Select(Number)], seeds = [.. List(arguments, "--seeds", "1").Select(Number)];
        int size = arguments.Number("--size", 128, 32, 512), most = arguments.Number("--most", int.MaxValue, 0, int.MaxValue);
        int seconds = arguments.Number("--seconds", int.MaxValue, 1, int.MaxValue);
        var watch = Stopwatch.StartNew();
        bool tableOnly = arguments.Flag("--table");
        arguments.Finish();
        if (results == "" || (!tableOnly && (material == "" || weights == ""))) throw new UsageException("--material, --weights and --results are needed; see --help");
        var cells = from seed in seeds from count in perClass from set in sets from run in runs select new StrategyCell(set, count, run, seed, size);
        var done = File.Exists(results) ? File.ReadAllLines(results).Where(line => line.Length > 0).Select(StrategyResult.Parse).ToList() : [];
        foreach (var cell in cells)
        {
            if (tableOnly || most == 0 || watch.Elapsed.TotalSeconds > seconds) break;
            if (done.Any(result => result.Cell == cell)) continue;
            Console.Error.WriteLine($"{cell.Set}, {(cell.PerClass == 0 ? "all" : cell.PerClass)} a class, {cell.Run}, seed {cell.Seed}");
            var result = StrategyRun.Of(cell, Path.Combine(material, "datasets", cell.Set), weights);
            File.AppendAllText(results, result.ToLine() + "\n");
            done.Add(result);
            most--;
        }
        Print([.. done.Where(result => cells.Contains(result.Cell))]);
    }

    private static void Print(IReadOnlyList<StrategyResult> results)
    {
        string[] runs = [.. results.Select(r => r.Cell.Run).Distinct()];
        Console.WriteLine($"| set | images a class | {string.Join(" | ", runs)} |");
        Console.WriteLine($"|---|---|{string.Concat(runs.Select(_ => "---|"))}");
        foreach (var row in results.GroupBy(r => (r.Cell.Set, r.Cell.PerClass, r.Cell.Size)))
        {
            var cells = runs.Select(run => Text([.. row.Where(r => r.Cell.Run == run)]));
            Console.WriteLine($"| {row.Key.Set}, {row.Key.Size} px | {(row.Key.PerClass == 0 ? "all" : row.Key.PerClass)} | {string.Join(" | ", cells)} |");
        }
    }

    private static string Text(StrategyResult[] results) => results.Length == 0 ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{results.Average(r => r.Accuracy):0.000} ({results.Average(r => r.Seconds):0} s{(results.Length > 1 ? $", {results.Length} seeds" : "")})");

    private static string[] List(CommandArguments arguments, string name, string otherwise) => arguments.Text(name, otherwise).Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : throw new UsageException($"'{text}' is no whole number");
}

/// <param name="PerClass">Training images of each class; 0 is all.</param>
/// <param name="Run">A strategy with changes.</param>
internal sealed record StrategyCell(string Set, int PerClass, string Run, int Seed, int Size);

/// <param name="Accuracy">Of the best epoch, on the validation images.</param>
/// <param name="Seconds">Of the whole run.</param>
/// <param name="Note">Strategy, epochs, batch and rates as they were.</param>
internal sealed record StrategyResult(StrategyCell Cell, double Accuracy, double MacroF1, int BestEpoch, double Seconds, string Note)
{
    public string ToLine()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("set", Cell.Set);
            json.WriteNumber("perClass", Cell.PerClass);
            json.WriteString("run", Cell.Run);
            json.WriteNumber("seed", Cell.Seed);
            json.WriteNumber("size", Cell.Size);
            json.WriteNumber("accuracy", Accuracy);
            json.WriteNumber("macroF1", MacroF1);
            json.WriteNumber("bestEpoch", BestEpoch);
            json.WriteNumber("seconds", Seconds);
            json.WriteString("note", Note);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    public static StrategyResult Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var of = json.RootElement;
        string Text(string name) => of.GetProperty(name).GetString()!;
        int Whole(string name) => of.GetProperty(name).GetInt32();
        return new(new(Text("set"), Whole("perClass"), Text("run"), Whole("seed"), Whole("size")), of.GetProperty("accuracy").GetDouble(), of.GetProperty("macroF1").GetDouble(),
            Whole("bestEpoch"), of.GetProperty("seconds").GetDouble(), Text("note"));
    }
}
