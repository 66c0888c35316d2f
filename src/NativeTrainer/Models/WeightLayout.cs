using NativeTrainer.Kernels;

namespace NativeTrainer.Models;

/// <summary>Between torchvision's layout on disk (OIHW) and the engine's (KRSC); other tensors are the same in both.</summary>
internal static class WeightLayout
{
    /// <summary>The shape on disk of an engine shape.</summary>
    public static int[] OnDisk(Shape shape) => shape.Rank == 4 ? [shape[0], shape[3], shape[1], shape[2]] : shape.ToArray();

    public static float[] FromDisk(float[] values, Shape shape) => shape.Rank == 4 ? Swap(values, shape[0], shape[3], shape[1] * shape[2]) : values;

    public static float[] ToDisk(float[] values, Shape shape) => shape.Rank == 4 ? Swap(values, shape[0], shape[1] * shape[2], shape[3]) : values;

    /// <summary>(outer, a, b) to (outer, b, a).</summary>
    private static float[] Swap(float[] values, int outer, int a, int b)
    {
        if (a == 1 || b == 1) return values;
        var swapped = new float[values.Length];
        for (int o = 0, start = 0; o < outer; o++, start += a * b)
            for (int i = 0; i < a; i++)
                for (int j = 0; j < b; j++) swapped[start + j * a + i] = values[start + i * b + j];
        return swapped;
    }
}
