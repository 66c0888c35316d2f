using System.Numerics;
using System.Runtime.CompilerServices;

namespace NativeTrainer.Kernels.Augmentation.Cpu;

/// <summary>
/// Turns the hue of HSV. With the hue in sixths of the circle, h = 0 … 6, each channel is max − c·clamp(min(k, 4 − k), 0, 1), k = (n + h) mod 6,
/// c = max − min, n = 5, 3, 1 for R, G, B: the usual table of six cases without its branches.
/// </summary>
internal static unsafe class HueTurn
{
    /// <param name="memory">Planes, changed in place.</param>
    /// <param name="turn">Part of the circle, −1 to 1.</param>
    public static void Apply(in SampleScratch memory, float turn)
    {
        float* r = memory.Planes, g = r + memory.PlaneStride, b = g + memory.PlaneStride;
        var shift = new Vector<float>(6 * turn);
        for (long i = 0; i < memory.PlaneStride; i += Vector<float>.Count)
        {
            Vector<float> red = Vector.Load(r + i), green = Vector.Load(g + i), blue = Vector.Load(b + i);
            var max = Vector.Max(red, Vector.Max(green, blue));
            var chroma = max - Vector.Min(red, Vector.Min(green, blue));
            var hue = Hue(red, green, blue, max, chroma) + shift;
            Vector.Store(Channel(hue + new Vector<float>(5), max, chroma), r + i);
            Vector.Store(Channel(hue + new Vector<float>(3), max, chroma), g + i);
            Vector.Store(Channel(hue + Vector<float>.One, max, chroma), b + i);
        }
    }

    /// <summary>Sixths of the circle, −1 to 5; 0 for grays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Hue(Vector<float> r, Vector<float> g, Vector<float> b, Vector<float> max, Vector<float> chroma)
    {
        var isGray = Vector.Equals(chroma, Vector<float>.Zero);
        var divisor = Vector.ConditionalSelect(isGray, Vector<float>.One, chroma);
        var fromRed = (g - b) / divisor;
        var fromGreen = (b - r) / divisor + new Vector<float>(2);
        var fromBlue = (r - g) / divisor + new Vector<float>(4);
        var hue = Vector.ConditionalSelect(Vector.Equals(max, r), fromRed, Vector.ConditionalSelect(Vector.Equals(max, g), fromGreen, fromBlue));
        return Vector.ConditionalSelect(isGray, Vector<float>.Zero, hue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Channel(Vector<float> k, Vector<float> max, Vector<float> chroma)
    {
        k -= Vector.Floor(k / 6) * 6;
        var share = Vector.Min(Vector.Max(Vector.Min(k, new Vector<float>(4) - k), Vector<float>.Zero), Vector<float>.One);
        return max - chroma * share;
    }
}
