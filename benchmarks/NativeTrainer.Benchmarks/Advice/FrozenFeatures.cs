using NativeTrainer.Advice.Features;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Imaging;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>Features and labels of a data set's training and validation part.</summary>
internal sealed record FeaturesOfSet(string Name, int Classes, FeatureSet Train, FeatureSet Validation);

/// <summary>What experiments on frozen features have in common: data sets, seeds, and a table with the command that made it.</summary>
internal sealed class FrozenFeatures
{
    private readonly string _command, _file;

    /// <param name="experiment">Its name on the command line.</param>
    public FrozenFeatures(string experiment, CommandArguments arguments)
    {
        string[] folders = arguments.Text("--data", "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        string weights = Weights = arguments.Text("--weights", ""), cache = arguments.Text("--cache", "");
        _file = arguments.Text("--out", "");
        Seeds = arguments.Number("--seeds", 5, 1, 1000);
        Threads = arguments.Number("--threads", Environment.ProcessorCount, 1, 256);
        int size = arguments.Number("--size", 0, 0, 4096);
        arguments.Finish();
        if (folders.Length == 0 || weights.Length == 0) throw new UsageException($"{experiment} needs --data DIR and --weights FILE");
        try
        {
            using var store = new FeatureStore(new FeatureOptions { Weights = weights, Size = size, Threads = Threads, Cache = cache.Length > 0, CacheFolder = cache }, Console.Error.WriteLine);
            Sets = [.. folders.Select(folder => Load(folder, store))];
        }
        catch (UserException mistake)
        {
            throw new UsageException(mistake.Message);
        }
        _command = $"advice-quality {experiment} --data {string.Join(',', Sets.Select(s => s.Name))} --weights {Path.GetFileName(weights)} --seeds {Seeds}{(size > 0 ? $" --size {size}" : "")}";
    }

    public IReadOnlyList<FeaturesOfSet> Sets { get; }

    public string Weights { get; }

    public int Seeds { get; }

    public int Threads { get; }

    public void Write(string table)
    {
        string text = $"`{_command}`\n\n{table}";
        Console.Write(text);
        if (_file.Length > 0) File.WriteAllText(_file, text);
    }

    private static FeaturesOfSet Load(string folder, FeatureStore store)
    {
        var index = DatasetIndex.Open(folder);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return new FeaturesOfSet(name, index.Classes.Count, store.Compute(index.Split(SplitName.Train)), store.Compute(index.Split(SplitName.Val)));
    }
}
