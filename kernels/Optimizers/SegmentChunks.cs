using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Optimizers;

/// <summary>Segments cut into pieces of at most 16,384 elements: the chunks of one pass over the trainable part of a flat tensor.</summary>
internal sealed unsafe class SegmentChunks
{
    public const int PieceElements = 16384;

    private readonly Piece[] _pieces;

    /// <exception cref="ArgumentException">A segment is empty, negative, out of order, overlapping, or of a group that does not exist.</exception>
    public SegmentChunks(string op, ParameterSegment[] segments, int groups)
    {
        long end = 0;
        var pieces = new List<Piece>();
        foreach (var segment in segments)
        {
            if (segment.Count < 1 || segment.Start < end) throw new ArgumentException($"{op}: segments are not empty, ascend and do not overlap; {segment} follows element {end}");
            if (segment.Group < 0 || segment.Group >= groups) throw new ArgumentException($"{op}: {segment} is of group {segment.Group}, there are {groups}");
            end = segment.End;
            for (long start = segment.Start; start < end; start += PieceElements) pieces.Add(new Piece(start, Math.Min(end, start + PieceElements), segment.Group));
        }
        (End, Groups) = (end, groups);
        _pieces = GC.AllocateArray<Piece>(pieces.Count, pinned: true);
        pieces.CopyTo(_pieces);
    }

    public int Count => _pieces.Length;

    public int Groups { get; }

    /// <summary>One past the last trainable element: the least count of the flat tensors.</summary>
    public long End { get; }

    /// <summary>The pieces; they do not move, and live as long as this.</summary>
    public Piece* Pieces => (Piece*)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_pieces));

    /// <summary>A piece as GPU kernels read it.</summary>
    public GpuPiece At(int index) => new() { Start = _pieces[index].Start, Count = (int)(_pieces[index].End - _pieces[index].Start), Group = _pieces[index].Group };

    public readonly record struct Piece(long Start, long End, int Group);
}
