using NativeTrainer.Advice.Probes;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Features;

/// <summary>A sample that gives no picture.</summary>
/// <param name="Index">Into the samples of the pass.</param>
/// <param name="Path">Its file.</param>
/// <param name="Failure">The kind of reason.</param>
/// <param name="Reason">One phrase: "is cut off: …".</param>
public sealed record UnusablePicture(int Index, string Path, DecodeFailure Failure, string Reason);

/// <summary>Feature vectors of the samples that have a picture, in their order.</summary>
public sealed class FeatureSet
{
    internal FeatureSet(IReadOnlyList<Sample> samples, int[] indices, float[] values, int width)
        => (Samples, Indices, Values, Width, Labels) = (samples, indices, values, width, [.. samples.Select(s => s.Label)]);

    /// <summary>Those with a picture.</summary>
    public IReadOnlyList<Sample> Samples { get; }

    /// <summary>Of each, its index into the samples of the pass.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>(samples, <see cref="Width"/>), row-major, after global average pooling; finite.</summary>
    public float[] Values { get; }

    /// <summary>Features of a picture; 0 where the pass had no network.</summary>
    public int Width { get; }

    public int Count => Samples.Count;

    /// <summary>For the probes.</summary>
    public FeatureMatrix Matrix => new(Values, Width);

    /// <summary>Class index of each sample.</summary>
    public int[] Labels { get; }

    /// <summary>Samples without a picture, in the order of the pass.</summary>
    public IReadOnlyList<UnusablePicture> Unusable { get; init; } = [];

    /// <summary>Of every sample of the pass, its content's hash.</summary>
    public IReadOnlyList<ContentHash> Hashes { get; init; } = [];

    /// <summary>Feature vectors that came from the cache.</summary>
    public int FromCache { get; init; }

    public ReadOnlySpan<float> Row(int sample) => Values.AsSpan(sample * Width, Width);
}
