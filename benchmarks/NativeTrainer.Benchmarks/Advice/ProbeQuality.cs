using NativeTrainer.Advice.Features;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Imaging;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>How right the probes on frozen features are: label errors and forecasts, as Markdown tables.</summary>
internal static class ProbeQuality
{
    public const string Help = """
        advice-quality labels|forecast --data DIR[,DIR …] --weights FILE [--seeds N] [--size PIXELS] [--threads N] [--cache DIR] [--out FILE]
              labels    a tenth of the training labels made wrong at random: average precision of the ranking, beside that of plain neighbours
              forecast  from a random half of the training samples, the accuracy of a linear probe on all of them, beside what it is
            --seeds: experiments of each data set (5); --cache: keep features there between runs; --out: the table
        """;

    /// <param name="kind">labels or forecast.</param>
    public static void Run(string kind, CommandArguments arguments)
    {
        string data = arguments.Text("--data", ""), weights = arguments.Text("--weights", ""), cache = arguments.Text("--cache", ""), file = arguments.Text("--out", "");
        int seeds = arguments.Number("--seeds", 5, 1, 1000), size = arguments.Number("--size", 0, 0, 4096), threads = arguments.Number("--threads", 0, 0, 256);
        arguments.Finish();
        if (data.Length == 0 || weights.Length == 0) throw new UsageException("advice-quality needs --data and --weights");
        var options = new FeatureOptions { Weights = weights, Size = size, Threads = threads, Cache = cache.Length > 0, CacheFolder = cache };
        try
        {
            AdviceData[] sets = [.. data.Split(',').Select(path => AdviceData.Load(path, options))];
            string table = kind == "labels" ? LabelQuality.Table(sets, seeds, threads) : ForecastQuality.Table(sets, seeds, threads);
            string text = $"`advice-quality {kind} --data {string.Join(',', sets.Select(s => s.Name))} --weights {Path.GetFileName(weights)} --seeds {seeds}{(size > 0 ? $" --size {size}" : "")}`\n\n{table}";
            Console.Write(text);
            if (file.Length > 0) File.WriteAllText(file, text);
        }
        catch (UserException mistake)
        {
            throw new UsageException(mistake.Message);
        }
    }
}
