namespace NativeTrainer.TorchSharpPeer.Fixtures;

/// <summary>One ten-step run that NativeTrainer repeats: network, data shape and optimizer. Written into the fixture as JSON.</summary>
internal sealed record FixtureCase(string Name, ResNetShape Shape, int Batch, int Size, string Optimizer, float Rate)
{
    public const int Steps = 10;

    /// <summary>The head's rate divided by the backbone's: a power of two, so that it does not matter in which order rates are multiplied.</summary>
    public float HeadRateFactor { get; init; } = 4;

    /// <summary>Of convolution and linear weights; biases and norms are not decayed.</summary>
    public float WeightDecay { get; init; } = 1e-2f;

    public float Momentum { get; init; } = 0.9f;

    public bool Nesterov { get; init; }

    public float Beta1 { get; init; } = 0.9f;

    public float Beta2 { get; init; } = 0.999f;

    public float Epsilon { get; init; } = 1e-8f;

    public float LabelSmoothing { get; init; }

    /// <summary>Loss weight of each class; empty for none.</summary>
    public float[] ClassWeights { get; init; } = [];

    /// <summary>What every rate is multiplied by in each step: half a cosine.</summary>
    public float[] RateFactors => [.. Enumerable.Range(0, Steps).Select(step => (float)(0.5 + 0.5 * Math.Cos(Math.PI * step / Steps)))];

    /// <summary>Each block kind with SGD and AdamW; between them both stems, odd sizes, both pool roundings, both places of the stride, and each loss option.</summary>
    public static IReadOnlyList<FixtureCase> All { get; } =
    [
        new("basic-sgd", new(false, [1, 1, 1], [8, 12, 16], [1, 2, 2], 5) { StemChannels = 8 }, 5, 33, "sgd", 0.004f),
        new("basic-adamw", new(false, [2, 1], [8, 12], [1, 2], 5) { StemChannels = 8, StemKernel = 3, StemStride = 1, Pool = null }, 5, 9, "adamw", 0.001f),
        new("bottleneck-nesterov", new(true, [2, 1], [4, 8], [1, 2], 5) { StemChannels = 8, StemKernel = 3, StemStride = 1, Pool = null }, 5, 9, "sgd", 0.004f)
        {
            Nesterov = true,
            LabelSmoothing = 0.1f,
            ClassWeights = [0.5f, 1, 1.5f, 2, 0.75f],
        },
        new("bottleneck-v1-adamw", new(true, [1, 1], [4, 8], [1, 2], 5) { StemChannels = 8, Pool = new(3, 2, 0, true), StrideOnFirst1x1 = true }, 5, 32, "adamw", 0.001f),
    ];
}
