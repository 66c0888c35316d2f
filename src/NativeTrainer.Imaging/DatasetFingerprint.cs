using System.Security.Cryptography;
using System.Text;

namespace NativeTrainer.Imaging;

internal static class DatasetFingerprint
{
    public static string Of(IReadOnlyList<string> classes, Sample[][] splits)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string name in classes) Add(hash, name);
        string[] names = RelativeNames([.. splits.SelectMany(s => s)]);
        int next = 0;
        for (int split = 0; split < splits.Length; split++)
        {
            foreach (var sample in splits[split]) Add(hash, $"{split} {(sample.Labels is null ? $"{sample.Label}" : string.Join(',', sample.Labels))} {NameOf(sample, names[next++])}");
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Each sample's path below the deepest folder that holds all of them, with slashes.</summary>
    public static string[] RelativeNames(Sample[] samples)
    {
        string[] paths = [.. samples.Select(s => s.Path.Replace('\\', '/'))];
        if (paths.Length == 0) return [];
        string common = paths[0];
        foreach (string path in paths) common = common[..common.AsSpan().CommonPrefixLength(path)];
        int length = common.LastIndexOf('/') + 1;
        return [.. paths.Select(path => path[length..])];
    }

    /// <summary>A picture's name with the part of it that the sample is.</summary>
    public static string NameOf(Sample sample, string name) => sample.Crop is { } crop ? $"{name}\0{crop.X},{crop.Y},{crop.Width},{crop.Height}" : name;

    // A zero byte ends each text; no path or name holds one.
    private static void Add(IncrementalHash hash, string text)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        hash.AppendData([0]);
    }
}
