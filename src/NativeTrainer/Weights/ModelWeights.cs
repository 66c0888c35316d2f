using NativeTrainer.Models;

namespace NativeTrainer.Weights;

/// <summary>A float32 tensor in host memory, in torchvision's layout: convolutions (out, in, height, width), linear layers (out, in).</summary>
public sealed record HostTensor(int[] Shape, float[] Data);

/// <summary>A model outside a device: what a weights file holds.</summary>
public sealed record ModelWeights
{
    public required ResNetSpec Spec { get; init; }

    /// <summary>Class names in the order of the outputs; null where the file does not say.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>SPDX identifier or sentence; null where unknown.</summary>
    public string? License { get; init; }

    /// <summary>Where the weights come from; null where unknown.</summary>
    public string? Source { get; init; }

    /// <summary>Other metadata, such as how batch norm was recovered.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new Dictionary<string, string>();

    /// <summary>What the file does not say and was taken for granted; null where it says all.</summary>
    public string? Assumed => Notes.GetValueOrDefault(StateDict.AssumedKey);

    /// <summary>By torchvision's names.</summary>
    public required IReadOnlyDictionary<string, HostTensor> Tensors { get; init; }
}
