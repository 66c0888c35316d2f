using System.Buffers.Binary;
using System.Security.Cryptography;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit;

/// <summary>The one pass over the files: reads each once, and measures what <see cref="PictureFacts"/> has.</summary>
internal static class PictureSurvey
{
    /// <summary>Short side that JPEG files are decoded to: damage shows at any scale, and an eighth of the pixels costs a fraction of the time.</summary>
    private const int DecodedSide = 64;

    private const int FilesPerReport = 64;

    /// <param name="decode">Decode each file; otherwise only its bytes are read.</param>
    /// <param name="threads">Files read at the same time.</param>
    /// <param name="progress">Hears the number of files done, from any thread.</param>
    public static PictureFacts[] Read(IReadOnlyList<AuditSample> samples, bool decode, int threads, Action<int>? progress, CancellationToken stop)
    {
        var facts = new PictureFacts[samples.Count];
        int done = 0;
        Parallel.For(0, samples.Count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = stop }, i =>
        {
            facts[i] = Read(samples[i].Sample, decode);
            int count = Interlocked.Increment(ref done);
            if (count % FilesPerReport == 0 || count == samples.Count) progress?.Invoke(count);
        });
        return facts;
    }

    /// <summary>The problems that another pass has found, such as training's own decoding.</summary>
    public static PictureFacts[] WithProblems(PictureFacts[] facts, IReadOnlyList<AuditSample> samples, IEnumerable<DecodeProblem> problems)
    {
        var byPath = problems.GroupBy(problem => problem.Path).ToDictionary(group => group.Key, group => group.First());
        return [.. facts.Select((fact, i) => byPath.TryGetValue(samples[i].Path, out var problem) ? fact with { Problem = problem } : fact)];
    }

    private static PictureFacts Read(Sample sample, bool decode)
    {
        if (sample.Pixels is { } pixels) return new PictureFacts { ContentHash = Hash(pixels) };
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(sample.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new PictureFacts { Problem = new DecodeProblem(sample.Path, DecodeFailure.Unreadable, $"cannot be read ({error.Message.TrimEnd('.')})") };
        }
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (!decode) return new PictureFacts { ContentHash = hash };
        var result = ImageDecoder.Decode(bytes, new DecodeTarget(DecodedSide));
        return new PictureFacts { ContentHash = hash, Problem = result.Success ? null : new DecodeProblem(sample.Path, result.Failure, result.Reason) };
    }

    private static string Hash(RgbImage image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> size = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(size, image.Width);
        BinaryPrimitives.WriteInt32LittleEndian(size[4..], image.Height);
        hash.AppendData(size);
        hash.AppendData(image.Pixels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
