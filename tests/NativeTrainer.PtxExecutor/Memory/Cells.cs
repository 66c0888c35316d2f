using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NativeTrainer.PtxExecutor.Memory;

/// <summary>The notes of neighbouring bytes. Nearly every access finds the same note at all its 4, 8 or 16 bytes.</summary>
internal static class Cells
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllAre(ReadOnlySpan<uint> cells, uint value) => cells.Length switch
    {
        4 => Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(cells)) == Vector128.Create(value),
        8 => Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(cells)) == Vector256.Create(value),
        16 => Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(cells)) == Vector512.Create(value),
        _ => cells.IndexOfAnyExcept(value) < 0,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fill(Span<uint> cells, uint value)
    {
        if (cells.Length == 4) Vector128.Create(value).StoreUnsafe(ref MemoryMarshal.GetReference(cells));
        else if (cells.Length == 8) Vector256.Create(value).StoreUnsafe(ref MemoryMarshal.GetReference(cells));
        else if (cells.Length == 16) Vector512.Create(value).StoreUnsafe(ref MemoryMarshal.GetReference(cells));
        else cells.Fill(value);
    }
}
