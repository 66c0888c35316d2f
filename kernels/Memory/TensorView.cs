using System.Diagnostics;
using System.Runtime.CompilerServices;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels;

/// <summary>
/// A dense tensor in an <see cref="Kernels.Arena"/>: a place, a shape and an element type; it owns nothing.
/// <c>default</c> stands for "no tensor" where an operand is optional.
/// </summary>
public readonly struct TensorView(Arena arena, long offset, Shape shape, DType type)
{
    public Arena Arena { get; } = arena;

    /// <summary>Start in bytes from the arena's start.</summary>
    public long Offset { get; } = offset;

    public Shape Shape { get; } = shape;

    public DType Type { get; } = type;

    /// <summary>Whether this is <c>default</c>: no tensor.</summary>
    public bool IsNone => Arena is null;

    /// <summary>Number of elements; 0 for no tensor.</summary>
    public long Count => IsNone ? 0 : Shape.Count;

    public long Bytes => Count * (IsNone ? 0 : Type.SizeInBytes());

    /// <summary>The same elements under another shape of equal count.</summary>
    public TensorView Reshape(Shape shape) => shape.Count == Count
        ? new TensorView(Arena, Offset, shape, Type)
        : throw new ArgumentException($"cannot see {Shape} as {shape}: {Count} against {shape.Count} elements");

    /// <summary>A contiguous part: <paramref name="shape"/>.Count elements from element <paramref name="start"/>.</summary>
    public TensorView Slice(long start, Shape shape) => start >= 0 && start + shape.Count <= Count
        ? new TensorView(Arena, Offset + start * Type.SizeInBytes(), shape, Type)
        : throw new ArgumentOutOfRangeException(nameof(start), start, $"{shape} from element {start} leaves {Shape}");

    public override string ToString() => IsNone ? "none" : $"{Type} {Shape}";

    /// <summary>CPU address of element 0, or null for no tensor.</summary>
    internal unsafe float* Float32 => (float*)Address(DType.Float32);

    internal unsafe int* Int32 => (int*)Address(DType.Int32);

    internal unsafe byte* UInt8 => (byte*)Address(DType.UInt8);

    /// <summary>GPU elements, or an empty view for no tensor.</summary>
    internal ArrayView<float> GpuFloat32 => GpuElements<float>(DType.Float32);

    internal ArrayView<int> GpuInt32 => GpuElements<int>(DType.Int32);

    internal ArrayView<byte> GpuUInt8 => GpuElements<byte>(DType.UInt8);

    /// <summary>GPU elements of a type that kernels compute with.</summary>
    internal ArrayView<T> GpuView<T>() where T : unmanaged => ((GpuArena)Arena).Elements<T>(Offset, Bytes / ArrayView<T>.ElementSize);

    /// <summary>Whole 16-byte chunks.</summary>
    internal ArrayView<Float4> GpuChunks => GpuView<Float4>();

    internal ArrayView<byte> GpuBytes => ((GpuArena)Arena).Elements<byte>(Offset, Bytes);

    private ArrayView<T> GpuElements<T>(DType expected) where T : unmanaged
    {
        if (IsNone) return default;
        Debug.Assert(Type == expected, "the plan validated the types");
        return ((GpuArena)Arena).Elements<T>(Offset, Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe byte* Address(DType expected)
    {
        if (IsNone) return null;
        Debug.Assert(Type == expected, "the plan validated the types");
        return ((CpuArena)Arena).Start + Offset;
    }
}
