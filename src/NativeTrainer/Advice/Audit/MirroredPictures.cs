using NativeTrainer.Advice.Features;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit;

/// <summary>Features of some training pictures' mirror images. Few, for each is a pass of the network more.</summary>
/// <param name="Tried">Positions among <see cref="MeasuredPictures.Records"/>, ascending; none where there are no more pictures than classes.</param>
/// <param name="Features">(tried, features of a picture), row-major.</param>
internal sealed record MirroredPictures(int[] Tried, float[] Features)
{
    private const int MostMirrored = 64, MostSamples = 2000;

    private static readonly MirroredPictures None = new([], []);

    /// <param name="input">With features.</param>
    /// <param name="store">With the network that they came from.</param>
    public static MirroredPictures Of(AuditInput input, FeatureStore store, CancellationToken stop)
    {
        var measured = input.Measured;
        int[] known = Known(input), labels = measured.Labels(known);
        if (known.Length <= measured.Classes) return None;
        // Each class equally often, so that rare ones are judged too.
        int[] tried = [.. new Sampler(labels, SamplingKind.Balanced, input.Seed).Order(0).Distinct().Take(MostMirrored).Order().Select(i => known[i])];
        var mirrored = new Sample?[tried.Length];
        Parallel.For(0, tried.Length, new ParallelOptions { MaxDegreeOfParallelism = input.Threads, CancellationToken = stop }, i => mirrored[i] = Mirrored(measured.Sample(tried[i]).Sample, store.ShortSide));
        return mirrored.Contains(null) ? None : new MirroredPictures(tried, store.Compute([.. mirrored.OfType<Sample>()], stop: stop).Values);
    }

    /// <summary>Positions of the training pictures among which neighbours are looked for, ascending.</summary>
    public static int[] Known(AuditInput input)
    {
        int[] train = input.Measured.Of(SplitName.Train);
        return [.. Folds.NestedOrder(input.Measured.Labels(train), input.Seed).Take(MostSamples).Order().Select(i => train[i])];
    }

    // Decoded as for the features of the picture as it is.
    private static Sample? Mirrored(Sample sample, int shortSide)
    {
        if (SamplePicture.Decode(sample, shortSide) is not { } picture) return null;
        var mirror = new byte[picture.Pixels.Length];
        int row = picture.Width * 3;
        for (int y = 0; y < picture.Height; y++) Reverse(picture.Pixels.AsSpan(y * row, row), mirror.AsSpan(y * row, row));
        return new Sample(sample.Path, sample.Label) { Pixels = new RgbImage(mirror, picture.Width, picture.Height) };
    }

    private static void Reverse(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (int x = 0; x < from.Length; x += 3) (to[^(x + 3)], to[^(x + 2)], to[^(x + 1)]) = (from[x], from[x + 1], from[x + 2]);
    }
}
