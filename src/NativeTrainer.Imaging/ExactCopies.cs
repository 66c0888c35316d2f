using System.Security.Cryptography;

namespace NativeTrainer.Imaging;

/// <summary>Files with the same bytes: a copy of a training picture must not validate.</summary>
internal static class ExactCopies
{
    /// <summary>Indices of samples with the same content, for <see cref="SplitGroups"/>; samples without copies are in no list.</summary>
    public static IEnumerable<int[]> Find(IReadOnlyList<Sample> samples)
    {
        // Files of different length are different: only the others are read.
        foreach (var alike in Enumerable.Range(0, samples.Count).GroupBy(i => Length(samples[i])).Where(alike => alike.Key > 0 && alike.Count() > 1))
        {
            foreach (var copies in alike.Select(i => (Index: i, Hash: Hash(samples[i]))).Where(file => file.Hash is not null).GroupBy(file => file.Hash, file => file.Index))
            {
                if (copies.Count() > 1) yield return [.. copies];
            }
        }
    }

    private static long Length(Sample sample)
    {
        if (sample.Pixels is { } pixels) return pixels.Pixels.LongLength;
        var file = new FileInfo(sample.Path);
        return file.Exists ? file.Length : 0;
    }

    private static string? Hash(Sample sample)
    {
        if (sample.Pixels is { } pixels) return Convert.ToHexStringLower(SHA256.HashData(pixels.Pixels));
        try
        {
            using var file = File.OpenRead(sample.Path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // decoding names it
        }
    }
}
