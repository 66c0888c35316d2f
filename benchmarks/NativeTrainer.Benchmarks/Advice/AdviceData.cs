using NativeTrainer.Advice.Features;
using NativeTrainer.Imaging;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>Features and labels of a data set's training and validation part.</summary>
internal sealed record AdviceData(string Name, int Classes, FeatureSet Train, FeatureSet Validation)
{
    public static AdviceData Load(string path, FeatureOptions options)
    {
        var index = DatasetIndex.Open(path);
        using var store = new FeatureStore(options, Console.Error.WriteLine);
        return new AdviceData(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))), index.Classes.Count,
            store.Compute(index.Split(SplitName.Train)), store.Compute(index.Split(SplitName.Val)));
    }
}
