using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeTrainer.Kernels.Augmentation.Cpu;

/// <summary>Pixels as four lanes R, G, B, x; rows of them into planes and into the output.</summary>
internal static unsafe class PixelRows
{
    /// <summary>The pixel at <paramref name="address"/>; lane 3 is the byte after it, which is read but means nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(byte* address)
    {
        if (Sse41.IsSupported) return Vector128.ConvertToSingle(Sse41.ConvertToVector128Int32(address));
        var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(address)).AsByte();
        return Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32());
    }

    public static Vector128<float> MeanColour(in ChannelScale channels) => Vector128.Create(channels.Mean0, channels.Mean1, channels.Mean2, 0);

    /// <summary>memory.Row to output row <paramref name="row"/>: normalised into y, or where <paramref name="y"/> is null into the planes.</summary>
    public static void Emit(in SampleScratch memory, int row, bool mirror, in ChannelScale channels, float* y)
    {
        int size = memory.Size;
        float* from = mirror ? memory.Row + 4 * (size - 1) : memory.Row;
        int step = mirror ? -4 : 4;
        if (y == null) Split(memory, row, from, step);
        else Normalise(from, step, size, channels, y + 3L * row * size);
    }

    public static void NormalisePlanes(in SampleScratch memory, in ChannelScale channels, float* y)
    {
        float* r = memory.Planes, g = r + memory.PlaneStride, b = g + memory.PlaneStride;
        for (long i = 0; i < memory.Pixels; i++)
        {
            y[3 * i] = r[i] * channels.Scale0 + channels.Shift0;
            y[3 * i + 1] = g[i] * channels.Scale1 + channels.Shift1;
            y[3 * i + 2] = b[i] * channels.Scale2 + channels.Shift2;
        }
    }

    /// <summary>The mean colour into a box of the planes.</summary>
    public static void Fill(in SampleScratch memory, PixelBox box, in ChannelScale channels)
    {
        if (box.IsEmpty) return;
        for (int row = box.Top; row < box.Bottom; row++)
        {
            float* start = memory.Planes + (long)row * memory.Size + box.Left;
            int length = box.Right - box.Left;
            new Span<float>(start, length).Fill(channels.Mean0);
            new Span<float>(start + memory.PlaneStride, length).Fill(channels.Mean1);
            new Span<float>(start + 2 * memory.PlaneStride, length).Fill(channels.Mean2);
        }
    }

    private static void Split(in SampleScratch memory, int row, float* from, int step)
    {
        int size = memory.Size;
        float* r = memory.Planes + (long)row * size, g = r + memory.PlaneStride, b = g + memory.PlaneStride;
        for (int q = 0; q < size; q++, from += step) (r[q], g[q], b[q]) = (from[0], from[1], from[2]);
    }

    private static void Normalise(float* from, int step, int size, in ChannelScale channels, float* y)
    {
        var scale = Vector128.Create(channels.Scale0, channels.Scale1, channels.Scale2, 0);
        var shift = Vector128.Create(channels.Shift0, channels.Shift1, channels.Shift2, 0);
        // Four floats are stored per pixel; the fourth is overwritten by the next pixel, so the last pixel of a row is stored by itself.
        for (int q = 0; q < size - 1; q++, from += step) Vector128.Store(Vector128.Load(from) * scale + shift, y + 3 * q);
        var last = Vector128.Load(from) * scale + shift;
        float* end = y + 3 * (size - 1);
        (end[0], end[1], end[2]) = (last[0], last[1], last[2]);
    }
}
