using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeTrainer.Kernels.Devices;

/// <summary>
/// Neighbouring channels that a thread takes at once, as they lie in memory: eight where channels come in eights (16 or 32 bytes), else one, so that
/// there is one kernel and not two. Of a pack of one, only the first value counts.
/// </summary>
internal interface IPack<TSelf> where TSelf : unmanaged
{
    int Width { get; }

    Float8 Value { get; }

    TSelf Of(Float8 values);
}

internal static class PackViews
{
    /// <summary>Reads a pack whole, in 16-byte accesses: the value of view[index] would read it field by field.</summary>
    public static Float8 At<TPack>(this ArrayView<TPack> view, long index) where TPack : unmanaged, IPack<TPack>
    {
        var pack = view[index];
        return pack.Value;
    }
}

internal struct Float32x8 : IPack<Float32x8>
{
    private float _a, _b, _c, _d, _e, _f, _g, _h;

    public readonly int Width => 8;

    public readonly Float8 Value => new() { Low = new() { X = _a, Y = _b, Z = _c, W = _d }, High = new() { X = _e, Y = _f, Z = _g, W = _h } };

    public readonly Float32x8 Of(Float8 v) => new() { _a = v.Low.X, _b = v.Low.Y, _c = v.Low.Z, _d = v.Low.W, _e = v.High.X, _f = v.High.Y, _g = v.High.Z, _h = v.High.W };
}

internal struct Bf16x8 : IPack<Bf16x8>
{
    private uint _x, _y, _z, _w;

    public readonly int Width => 8;

    public readonly Float8 Value => new()
    {
        Low = new() { X = Bf16.Low(_x), Y = Bf16.High(_x), Z = Bf16.Low(_y), W = Bf16.High(_y) },
        High = new() { X = Bf16.Low(_z), Y = Bf16.High(_z), Z = Bf16.Low(_w), W = Bf16.High(_w) },
    };

    public readonly Bf16x8 Of(Float8 v) => new()
    {
        _x = Ptx.PackBf16(v.Low.X, v.Low.Y),
        _y = Ptx.PackBf16(v.Low.Z, v.Low.W),
        _z = Ptx.PackBf16(v.High.X, v.High.Y),
        _w = Ptx.PackBf16(v.High.Z, v.High.W),
    };
}

internal struct Float32x1 : IPack<Float32x1>
{
    private float _value;

    public readonly int Width => 1;

    public readonly Float8 Value => new() { Low = new() { X = _value } };

    public readonly Float32x1 Of(Float8 values) => new() { _value = values.Low.X };
}

internal struct Bf16x1 : IPack<Bf16x1>
{
    private ushort _bits;

    public readonly int Width => 1;

    public readonly Float8 Value => new() { Low = new() { X = Interop.IntAsFloat((uint)_bits << 16) } };

    public readonly Bf16x1 Of(Float8 values) => new() { _bits = (ushort)Bf16.Round(values.Low.X) };
}

/// <summary>
/// How blocks of 256 threads cover (rows, channels) in packs: <see cref="Width"/> neighbouring threads take neighbouring packs of a row, the others rows below,
/// so that a thread's channels stay and a warp's accesses are contiguous.
/// </summary>
internal readonly struct ChannelGrid
{
    public const int Threads = 256;
    private const int WidestRow = 32;

    public readonly int Packs, Width, Lines;

    public ChannelGrid(int channels, int packWidth)
    {
        Packs = channels / packWidth;
        Width = 1;
        while (Width < Packs && Width < WidestRow) Width *= 2;
        Lines = Threads / Width;
    }

    /// <summary>Blocks along the channels.</summary>
    public int Columns => (Packs + Width - 1) / Width;

    /// <summary>This thread's pack of the row, where Grid x counts blocks along the channels; beyond <see cref="Packs"/> it has none.</summary>
    public int Pack => Grid.IdxX * Width + Group.IdxX % Width;

    /// <summary>The same where Grid x counts all blocks, those along the channels first: a grid's other extents end at 65,535.</summary>
    public int PackOfAll => Grid.IdxX % Columns * Width + Group.IdxX % Width;

    /// <summary>The block's number along the rows, where Grid x counts all blocks.</summary>
    public int RowBlockOfAll => Grid.IdxX / Columns;

    /// <summary>This thread's line in the block.</summary>
    public int Line => Group.IdxX / Width;
}
