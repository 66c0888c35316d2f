using System.Runtime.InteropServices;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Optimizers;

/// <summary>A piece of <see cref="SegmentChunks"/> as kernels read it.</summary>
internal struct GpuPiece
{
    public long Start;
    public int Count, Group;
}

/// <summary>The pieces of a flat pass in device memory: one launch, whatever the number of parameters. Each piece is taken by <see cref="BlocksPerPiece"/> blocks.</summary>
internal sealed class OptimizerPieces
{
    public const int Threads = 256, BlocksPerPiece = 4;

    public OptimizerPieces(GpuDevice device, SegmentChunks chunks)
    {
        Count = chunks.Count;
        if (Count == 0) return;
        var pieces = new GpuPiece[Count];
        for (int i = 0; i < Count; i++) pieces[i] = chunks.At(i);
        var table = device.Keep(Count * Marshal.SizeOf<GpuPiece>());
        device.Upload<byte>(MemoryMarshal.AsBytes(pieces.AsSpan()), table);
        View = table.GpuView<GpuPiece>();
    }

    public int Count { get; }

    public ArrayView<GpuPiece> View { get; }

    public Index3D Grid => new(Count, BlocksPerPiece, 1);
}
