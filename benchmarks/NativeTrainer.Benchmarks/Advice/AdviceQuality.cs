using NativeTrainer.Advice.Features;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Imaging;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>Seeded experiments on how right the adviser is, as Markdown tables.</summary>
internal static class AdviceQuality
{
    public const string Help = """
        advice-quality labels|forecast --data DIR[,DIR …] --weights FILE [--seeds N] [--size PIXELS] [--threads N] [--cache DIR] [--out FILE]
              labels    a tenth of the training labels made wrong at random: average precision of the ranking, beside that of plain neighbours
              forecast  from a random half of the training samples, the accuracy of a linear probe on all of them, beside what it is
            --seeds: experiments of each data set (5); --cache: keep features there between runs; --out: the table
        """;

    public static void Run(CommandArguments arguments)
    {
        string kind = arguments.Positional() ?? throw new UsageException("advice-quality needs one of labels, forecast");
        if (kind is not ("labels" or "forecast")) throw new UsageException($"advice-quality {kind}: choose one of labels, forecast");
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
