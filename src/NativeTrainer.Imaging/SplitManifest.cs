namespace NativeTrainer.Imaging;

/// <summary>A data set with each picture's split, and the group that says which pictures have to stay together.</summary>
public sealed class SplitManifest
{
    internal SplitManifest(IReadOnlyList<string> classes, IReadOnlyList<Sample> samples, IReadOnlyList<SplitName> splits)
        => (Classes, Samples, Splits) = (classes, samples, splits);

    public IReadOnlyList<string> Classes { get; }

    /// <summary>In the order they were given; <see cref="Sample.Group"/> is the group that was kept together, null for a picture by itself.</summary>
    public IReadOnlyList<Sample> Samples { get; }

    /// <summary>Of each sample.</summary>
    public IReadOnlyList<SplitName> Splits { get; }

    /// <summary>Pictures of a class in a split.</summary>
    public int Count(SplitName split, int label) => Samples.Where((sample, i) => Splits[i] == split && sample.Label == label).Count();

    /// <summary>Writes path, label, split and group as a CSV that <see cref="DatasetIndex.Open"/> reads back; paths are relative to its folder.</summary>
    /// <exception cref="UserException">The file cannot be written, or pictures have no files of their own.</exception>
    public void Write(string path)
    {
        if (Samples.FirstOrDefault(s => s.Pixels is not null) is { } inner)
            throw new UserException($"{path}: {inner.Path} lies in a file with others, which a manifest cannot name. Save the pictures as files of their own first.");
        CsvManifest.Write(path, Classes, [.. Enumerable.Range(0, Samples.Count).OrderBy(i => Splits[i]).Select(i => (Samples[i], Splits[i]))]);
    }
}
