using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Gemm;

/// <summary>One kind of tensor-core product: 32 bytes of depth from 16 rows of a and 8 of b.</summary>
internal interface IMmaMath
{
    string Name { get; }

    Float4 Multiply(Bits4 a, uint b0, uint b1, Float4 c);
}

internal struct Bf16Math : IMmaMath
{
    public readonly string Name => "bf16";

    public readonly Float4 Multiply(Bits4 a, uint b0, uint b1, Float4 c) => Ptx.MultiplyBf16(a, b0, b1, c);
}

/// <summary>float32 operands, rounded to tf32 as they are used.</summary>
internal struct Tf32Math : IMmaMath
{
    public readonly string Name => "tf32";

    public readonly Float4 Multiply(Bits4 a, uint b0, uint b1, Float4 c)
        => Ptx.MultiplyTf32(new() { X = Ptx.RoundTf32(a.X), Y = Ptx.RoundTf32(a.Y), Z = Ptx.RoundTf32(a.Z), W = Ptx.RoundTf32(a.W) }, Ptx.RoundTf32(b0), Ptx.RoundTf32(b1), c);
}

/// <summary>The sums of one warp: a part of the block's result, 16×8 results to a <see cref="Float4"/> (lane l: X, Y in row l/4, columns 2(l mod 4) and +1; Z, W eight rows below).</summary>
internal interface IWarpTile<TSelf> where TSelf : struct
{
    int Rows { get; }

    int Columns { get; }

    /// <summary>This + the product of 32 bytes of depth; <paramref name="step"/> is which half of the slab, 0 or 1.</summary>
    TSelf Plus<TA, TB, TMath>(TA a, TB b, int step) where TA : struct, IFragments<TA> where TB : struct, IFragments<TB> where TMath : struct, IMmaMath;

    /// <summary>Hands each 16×8 part out: its first row and column in the warp's tile.</summary>
    void Store<TSink>(TSink sink) where TSink : struct, IResultSink;
}

/// <summary>Where an operand's fragments lie in shared memory.</summary>
internal interface IFragments<TSelf> where TSelf : struct
{
    /// <summary>The same in the stage that starts so many bytes later.</summary>
    TSelf In(int stage);

    /// <summary>16 rows (of a: m; of b: n, two fragments) by 32 bytes of depth.</summary>
    Bits4 Load(int step, int tile);
}

/// <summary>Takes results from registers.</summary>
internal interface IResultSink
{
    void Take(int row, int column, Float4 values);
}

/// <summary>16 rows by 32 columns.</summary>
internal struct MmaRow32
{
    public Float4 N0, N1, N2, N3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly MmaRow32 Plus<TMath>(Bits4 a, Bits4 b0, Bits4 b1) where TMath : struct, IMmaMath => new()
    {
        N0 = default(TMath).Multiply(a, b0.X, b0.Y, N0),
        N1 = default(TMath).Multiply(a, b0.Z, b0.W, N1),
        N2 = default(TMath).Multiply(a, b1.X, b1.Y, N2),
        N3 = default(TMath).Multiply(a, b1.Z, b1.W, N3),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store<TSink>(TSink sink, int row) where TSink : struct, IResultSink
    {
        sink.Take(row, 0, N0);
        sink.Take(row, 8, N1);
        sink.Take(row, 16, N2);
        sink.Take(row, 24, N3);
    }
}

internal struct WarpTile64x32 : IWarpTile<WarpTile64x32>
{
    public MmaRow32 M0, M1, M2, M3;

    public readonly int Rows => 64;

    public readonly int Columns => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly WarpTile64x32 Plus<TA, TB, TMath>(TA a, TB b, int step) where TA : struct, IFragments<TA> where TB : struct, IFragments<TB> where TMath : struct, IMmaMath
    {
        Bits4 b0 = b.Load(step, 0), b1 = b.Load(step, 1);
        return new()
        {
            M0 = M0.Plus<TMath>(a.Load(step, 0), b0, b1),
            M1 = M1.Plus<TMath>(a.Load(step, 1), b0, b1),
            M2 = M2.Plus<TMath>(a.Load(step, 2), b0, b1),
            M3 = M3.Plus<TMath>(a.Load(step, 3), b0, b1),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store<TSink>(TSink sink) where TSink : struct, IResultSink
    {
        M0.Store(sink, 0);
        M1.Store(sink, 16);
        M2.Store(sink, 32);
        M3.Store(sink, 48);
    }
}

internal struct WarpTile32x32 : IWarpTile<WarpTile32x32>
{
    public MmaRow32 M0, M1;

    public readonly int Rows => 32;

    public readonly int Columns => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly WarpTile32x32 Plus<TA, TB, TMath>(TA a, TB b, int step) where TA : struct, IFragments<TA> where TB : struct, IFragments<TB> where TMath : struct, IMmaMath
    {
        Bits4 b0 = b.Load(step, 0), b1 = b.Load(step, 1);
        return new() { M0 = M0.Plus<TMath>(a.Load(step, 0), b0, b1), M1 = M1.Plus<TMath>(a.Load(step, 1), b0, b1) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store<TSink>(TSink sink) where TSink : struct, IResultSink
    {
        M0.Store(sink, 0);
        M1.Store(sink, 16);
    }
}

internal struct WarpTile32x16 : IWarpTile<WarpTile32x16>
{
    public Float4 M0N0, M0N1, M1N0, M1N1;

    public readonly int Rows => 32;

    public readonly int Columns => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly WarpTile32x16 Plus<TA, TB, TMath>(TA a, TB b, int step) where TA : struct, IFragments<TA> where TB : struct, IFragments<TB> where TMath : struct, IMmaMath
    {
        Bits4 columns = b.Load(step, 0), top = a.Load(step, 0), bottom = a.Load(step, 1);
        return new()
        {
            M0N0 = default(TMath).Multiply(top, columns.X, columns.Y, M0N0),
            M0N1 = default(TMath).Multiply(top, columns.Z, columns.W, M0N1),
            M1N0 = default(TMath).Multiply(bottom, columns.X, columns.Y, M1N0),
            M1N1 = default(TMath).Multiply(bottom, columns.Z, columns.W, M1N1),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store<TSink>(TSink sink) where TSink : struct, IResultSink
    {
        sink.Take(0, 0, M0N0);
        sink.Take(0, 8, M0N1);
        sink.Take(16, 0, M1N0);
        sink.Take(16, 8, M1N1);
    }
}
