using System.Numerics;
using System.Runtime.CompilerServices;

namespace NativeTrainer.Kernels.Augmentation.Cpu;

/// <summary>Brightness, contrast, saturation and gray on planes of 0 … 255, lane by lane.</summary>
internal static unsafe class ColourFactors
{
    public const float RedShare = 0.2989f, GreenShare = 0.587f, BlueShare = 0.114f;

    /// <summary>Pixels whose gray is added up in float before the sum goes on in double.</summary>
    public const int SumBlock = 1024;

    public static void Brightness(in SampleScratch memory, float factor)
    {
        for (long i = 0; i < 3 * memory.PlaneStride; i += Vector<float>.Count) Vector.Store(Clamp(Vector.Load(memory.Planes + i) * factor), memory.Planes + i);
    }

    public static void Contrast(in SampleScratch memory, float factor)
    {
        var rest = new Vector<float>((1 - factor) * MeanGray(memory));
        for (long i = 0; i < 3 * memory.PlaneStride; i += Vector<float>.Count) Vector.Store(Clamp(Vector.Load(memory.Planes + i) * factor + rest), memory.Planes + i);
    }

    public static void Saturation(in SampleScratch memory, float factor)
    {
        float* r = memory.Planes, g = r + memory.PlaneStride, b = g + memory.PlaneStride;
        for (long i = 0; i < memory.PlaneStride; i += Vector<float>.Count)
        {
            Vector<float> red = Vector.Load(r + i), green = Vector.Load(g + i), blue = Vector.Load(b + i);
            var rest = GrayOf(red, green, blue) * (1 - factor);
            Vector.Store(Clamp(red * factor + rest), r + i);
            Vector.Store(Clamp(green * factor + rest), g + i);
            Vector.Store(Clamp(blue * factor + rest), b + i);
        }
    }

    public static void Gray(in SampleScratch memory)
    {
        float* r = memory.Planes, g = r + memory.PlaneStride, b = g + memory.PlaneStride;
        for (long i = 0; i < memory.PlaneStride; i += Vector<float>.Count)
        {
            var gray = GrayOf(Vector.Load(r + i), Vector.Load(g + i), Vector.Load(b + i));
            Vector.Store(gray, r + i);
            Vector.Store(gray, g + i);
            Vector.Store(gray, b + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Clamp(Vector<float> value) => Vector.Min(Vector.Max(value, Vector<float>.Zero), new Vector<float>(255));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> GrayOf(Vector<float> r, Vector<float> g, Vector<float> b) => r * RedShare + g * GreenShare + b * BlueShare;

    private static float MeanGray(in SampleScratch memory)
    {
        float* r = memory.Planes, g = r + memory.PlaneStride, b = g + memory.PlaneStride;
        double sum = 0;
        for (long block = 0; block < memory.Pixels; block += SumBlock)
        {
            long i = block, end = Math.Min(memory.Pixels, block + SumBlock);
            var lanes = Vector<float>.Zero;
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count) lanes += GrayOf(Vector.Load(r + i), Vector.Load(g + i), Vector.Load(b + i));
            sum += Vector.Sum(lanes);
            for (; i < end; i++) sum += r[i] * RedShare + g[i] * GreenShare + b[i] * BlueShare;
        }
        return (float)(sum / memory.Pixels);
    }
}
