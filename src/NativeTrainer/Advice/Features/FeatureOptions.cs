using NativeTrainer.Models;

namespace NativeTrainer.Advice.Features;

/// <summary>What to look at pictures with, and what to keep.</summary>
public sealed record FeatureOptions
{
    /// <summary>A safetensors model file; null computes no features, only what measures ask for.</summary>
    public string? Weights { get; init; }

    /// <summary>Random weights drawn from this seed in place of the file's, for its architecture: what features are worth without training.</summary>
    public ulong? RandomSeed { get; init; }

    /// <summary>Side of the input in pixels; 0 takes the weights'.</summary>
    public int Size { get; init; }

    /// <summary>Images per forward pass.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Kernel and decoding threads; 0 takes all processors.</summary>
    public int Threads { get; init; }

    public string Device { get; init; } = "auto";

    public PrecisionChoice Precision { get; init; }

    /// <summary>Keep results on disk, so that a second pass over the same pictures only reads and hashes them.</summary>
    public bool Cache { get; init; } = true;

    /// <summary>Where; null takes <see cref="FeatureCacheFolder.Default"/>.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>The cache's bound in bytes: after a pass, what was used least recently goes until the rest fits.</summary>
    public long CacheBytes { get; init; } = 4_000_000_000;
}
