using ILGPU;

namespace NativeTrainer.Kernels.Devices;

/// <summary>One element of a tensor as it lies in memory.</summary>
internal interface IElement<TSelf> where TSelf : unmanaged
{
    float Value { get; }

    /// <summary>The element nearest to a value.</summary>
    TSelf Of(float value);
}

internal struct Float32Element : IElement<Float32Element>
{
    private float _value;

    public readonly float Value => _value;

    public readonly Float32Element Of(float value) => new() { _value = value };
}

internal struct Bf16Element : IElement<Bf16Element>
{
    private ushort _bits;

    public readonly float Value => Interop.IntAsFloat((uint)_bits << 16);

    public readonly Bf16Element Of(float value) => new() { _bits = (ushort)Bf16.Round(value) };
}
