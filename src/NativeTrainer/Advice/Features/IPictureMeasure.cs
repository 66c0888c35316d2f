using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Features;

/// <summary>A picture as a measure sees it; it lasts for the call alone.</summary>
public readonly ref struct MeasuredPicture
{
    /// <summary>The file; empty where the pixels lie in no file of their own.</summary>
    public required ReadOnlySpan<byte> File { get; init; }

    /// <summary>The whole upright picture. JPEG files come at 1/2, 1/4 or 1/8 where that leaves at least the short side that the pass shrinks to.</summary>
    public required RgbImage Image { get; init; }

    /// <summary>Pixels across the upright picture as it is in the file.</summary>
    public required int Width { get; init; }

    /// <summary>Pixels down.</summary>
    public required int Height { get; init; }
}

/// <summary>
/// Something to measure of each picture while it is decoded for the network: a hash, statistics, metadata. Called from several threads at once, once for
/// each picture, which only writes the slot of its own sample. What depends on the picture's content alone is kept in the cache as bytes.
/// </summary>
public interface IPictureMeasure
{
    /// <summary>Letters, digits and hyphens; with <see cref="Version"/> the key of what the cache keeps.</summary>
    string Name { get; }

    /// <summary>Another number for each change of the result or of its bytes.</summary>
    int Version { get; }

    /// <summary>Measures a picture.</summary>
    /// <param name="sample">Index into the samples of the pass; the result's slot.</param>
    /// <returns>The result as <see cref="Restore"/> takes it; null keeps nothing.</returns>
    byte[]? Measure(int sample, in MeasuredPicture picture);

    /// <summary>Takes a result from the cache into the sample's slot.</summary>
    /// <returns>False where the bytes are not a result: the picture is then measured.</returns>
    bool Restore(int sample, ReadOnlySpan<byte> result);
}
