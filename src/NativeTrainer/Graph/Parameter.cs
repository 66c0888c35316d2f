using NativeTrainer.Kernels;

namespace NativeTrainer.Graph;

/// <summary>A named tensor that outlives steps: a weight that can be trained, or a buffer such as a running mean.</summary>
public sealed class Parameter
{
    internal Parameter(string name, Shape shape, bool isBuffer)
    {
        Name = name;
        Shape = shape;
        IsBuffer = isBuffer;
    }

    /// <summary>torchvision's name: <c>layer1.0.conv1.weight</c>.</summary>
    public string Name { get; }

    /// <summary>Shape in the engine's layout: KRSC for convolutions, (out, in) for linear layers.</summary>
    public Shape Shape { get; }

    /// <summary>Running statistics: saved with the weights, never trained.</summary>
    public bool IsBuffer { get; }

    /// <summary>Whether weight decay applies: convolution and linear weights, not biases and norms.</summary>
    public bool Decays => Shape.Rank > 1;

    /// <summary>Whether the present stage of training changes it.</summary>
    public bool Trainable { get; internal set; }

    /// <summary>First element in the flat arena of its <see cref="ParameterSet"/>.</summary>
    public long Start { get; internal set; }

    public TensorView Data { get; internal set; }

    /// <summary>What convolutions multiply with: <see cref="Data"/>, or its bfloat16 copy.</summary>
    public TensorView Multiplied { get; internal set; }

    /// <summary>None unless <see cref="Trainable"/> and a gradient arena is attached.</summary>
    public TensorView Gradient { get; internal set; }

    public override string ToString() => $"{Name} {Shape}";
}
