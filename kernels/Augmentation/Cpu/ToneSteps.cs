using System.Numerics;
using System.Runtime.CompilerServices;

namespace NativeTrainer.Kernels.Augmentation.Cpu;

/// <summary>The operations of AutoAugment's list. Those defined on whole levels round to the nearest level first.</summary>
internal static unsafe class ToneSteps
{
    public static void Apply(ToneOperation operation, float amount, in SampleScratch memory)
    {
        switch (operation)
        {
            case ToneOperation.Brightness: ColourFactors.Brightness(memory, amount); break;
            case ToneOperation.Contrast: ColourFactors.Contrast(memory, amount); break;
            case ToneOperation.Saturation: ColourFactors.Saturation(memory, amount); break;
            case ToneOperation.Sharpness: Sharpness(memory, amount); break;
            case ToneOperation.Posterize: Posterize(memory, 1 << (8 - (int)amount)); break;
            case ToneOperation.Solarize: Solarize(memory, amount); break;
            case ToneOperation.AutoContrast: AutoContrast(memory); break;
            case ToneOperation.Equalize: Equalize(memory); break;
            default: break;
        }
    }

    private static void Sharpness(in SampleScratch memory, float factor)
    {
        int size = memory.Size;
        float rest = (1 - factor) / 13;
        for (int channel = 0; channel < 3; channel++)
        {
            float* plane = memory.Planes + channel * memory.PlaneStride;
            Buffer.MemoryCopy(plane, memory.Spare, memory.Pixels * sizeof(float), memory.Pixels * sizeof(float));
            for (int row = 1; row < size - 1; row++)
            {
                float* x = memory.Spare + (long)row * size, y = plane + (long)row * size;
                int i = 1;
                for (; i <= size - 1 - Vector<float>.Count; i += Vector<float>.Count)
                {
                    var centre = Vector.Load(x + i);
                    var sum = Three(x + i - size) + Three(x + i) + Three(x + i + size) + centre * 4;
                    Vector.Store(ColourFactors.Clamp(centre * factor + sum * rest), y + i);
                }
                for (; i < size - 1; i++)
                {
                    float sum = ThreeScalars(x + i - size) + ThreeScalars(x + i) + ThreeScalars(x + i + size) + x[i] * 4;
                    y[i] = Math.Clamp(x[i] * factor + sum * rest, 0, 255);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Three(float* x) => Vector.Load(x - 1) + Vector.Load(x) + Vector.Load(x + 1);

    private static float ThreeScalars(float* x) => x[-1] + x[0] + x[1];

    private static void Posterize(in SampleScratch memory, int step)
    {
        for (long i = 0; i < 3 * memory.PlaneStride; i += Vector<float>.Count)
            Vector.Store(Vector.Floor(Round(Vector.Load(memory.Planes + i)) / step) * step, memory.Planes + i);
    }

    private static void Solarize(in SampleScratch memory, float threshold)
    {
        for (long i = 0; i < 3 * memory.PlaneStride; i += Vector<float>.Count)
        {
            var level = Round(Vector.Load(memory.Planes + i));
            var bright = Vector.GreaterThanOrEqual(level, new Vector<float>(threshold));
            Vector.Store(Vector.ConditionalSelect(bright, new Vector<float>(255) - level, level), memory.Planes + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Round(Vector<float> value) => Vector.Floor(value + new Vector<float>(0.5f));

    private static void AutoContrast(in SampleScratch memory)
    {
        for (int channel = 0; channel < 3; channel++)
        {
            float* plane = memory.Planes + channel * memory.PlaneStride;
            float min = plane[0], max = plane[0];
            for (long i = 1; i < memory.Pixels; i++) (min, max) = (Math.Min(min, plane[i]), Math.Max(max, plane[i]));
            if (max <= min) continue;
            float scale = 255 / (max - min);
            for (long i = 0; i < memory.PlaneStride; i += Vector<float>.Count)
                Vector.Store(ColourFactors.Clamp((Vector.Load(plane + i) - new Vector<float>(min)) * scale), plane + i);
        }
    }

    private static void Equalize(in SampleScratch memory)
    {
        long* histogram = stackalloc long[256];
        for (int channel = 0; channel < 3; channel++)
        {
            float* plane = memory.Planes + channel * memory.PlaneStride;
            new Span<long>(histogram, 256).Clear();
            for (long i = 0; i < memory.Pixels; i++) histogram[Level(plane[i])]++;
            int last = 255;
            while (histogram[last] == 0) last--;
            long step = (memory.Pixels - histogram[last]) / 255;
            if (step == 0) continue;
            long below = step / 2;
            for (int level = 0; level < 256; level++)
            {
                long count = histogram[level];
                histogram[level] = Math.Min(below / step, 255);
                below += count;
            }
            for (long i = 0; i < memory.Pixels; i++) plane[i] = histogram[Level(plane[i])];
        }
    }

    private static int Level(float value) => Math.Clamp((int)(value + 0.5f), 0, 255);
}
