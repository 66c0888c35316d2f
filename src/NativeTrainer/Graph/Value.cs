using NativeTrainer.Kernels;

namespace NativeTrainer.Graph;

/// <summary>A tensor of the graph: an activation, an input, or something a step keeps for its backward pass.</summary>
public sealed class Value
{
    internal Value(string name, Shape shape, DType type, bool needsGradient)
    {
        Name = name;
        Shape = shape;
        Type = type;
        NeedsGradient = needsGradient;
    }

    public string Name { get; }

    public Shape Shape { get; }

    public DType Type { get; }

    /// <summary>Whether a trainable parameter lies upstream, so that backward computes d(loss)/d(this).</summary>
    public bool NeedsGradient { get; }

    /// <summary>The tensor, once <see cref="StepGraph.Bind"/> has placed it.</summary>
    public TensorView Data { get; internal set; }

    /// <summary>The gradient's tensor; none where <see cref="NeedsGradient"/> is false.</summary>
    public TensorView Gradient { get; internal set; }

    internal long Bytes => Shape.Count * Type.SizeInBytes();

    public override string ToString() => $"{Name} {Shape}";
}
