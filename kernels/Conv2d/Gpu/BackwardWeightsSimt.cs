using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Conv2d;

internal struct BackwardWeightsArguments
{
    public ArrayView<float> X, Dy, Target;
    public ConvGeometry Geometry;

    /// <summary>Output pixels of one part; the parts' results lie one after the other in the target.</summary>
    public int PixelsPerPart;

    /// <summary>0 or 1: with one part the gradient itself is the target.</summary>
    public int Adds;
}

/// <summary>wgrad as an implicit GEMM: output channels × (taps × input channels), reduced over output pixels in parts that the shape alone decides.</summary>
internal static class BackwardWeightsSimt
{
    public static void Kernel(BackwardWeightsArguments k)
    {
        var g = k.Geometry;
        var a = SharedMemory.Allocate<Float4>(BlockTile.Elements / 4);
        var b = SharedMemory.Allocate<Float4>(BlockTile.Elements / 4);
        var aFlat = a.Cast<float>();
        var bFlat = b.Cast<float>();
        int thread = Group.IdxX, firstFilter = Grid.IdxX * BlockTile.Side, firstColumn = Grid.IdxY * BlockTile.Side;
        int from = Grid.IdxZ * k.PixelsPerPart, to = IntrinsicMath.Min(from + k.PixelsPerPart, g.OutputPixels);
        int column = thread % BlockTile.Side, filter = firstFilter + column, position = firstColumn + column;
        int tap = position / g.C, c = position - tap * g.C, r = tap / g.S, s = tap - r * g.S;
        bool valid = position < g.TapChannels;
        var sum = default(RegisterTile);
        for (int start = from; start < to; start += BlockTile.Depth)
        {
            for (int i = 0; i < BlockTile.PerThread; i++)
            {
                int step = thread / BlockTile.Side + i * 4, pixel = start + step;
                int q = pixel % g.Q, p = pixel / g.Q % g.P, n = pixel / (g.Q * g.P), h = p * g.StrideH - g.PadTop + r, w = q * g.StrideW - g.PadLeft + s;
                bool read = valid && pixel < to && h >= 0 && h < g.H && w >= 0 && w < g.W;
                aFlat[step * BlockTile.Side + column] = pixel < to && filter < g.K ? k.Dy[pixel * g.K + filter] : 0;
                bFlat[step * BlockTile.Side + column] = read ? k.X[((n * g.H + h) * g.W + w) * g.C + c] : 0;
            }
            Group.Barrier();
            sum = BlockTile.Multiply(sum, a, b);
            Group.Barrier();
        }
        int filterOut = firstFilter + thread / 16 * 4, columnOut = firstColumn + thread % 16 * 4;
        Store(k, filterOut, columnOut, sum.Row0);
        Store(k, filterOut + 1, columnOut, sum.Row1);
        Store(k, filterOut + 2, columnOut, sum.Row2);
        Store(k, filterOut + 3, columnOut, sum.Row3);
    }

    private static void Store(in BackwardWeightsArguments k, int filter, int column, Float4 values)
    {
        if (filter >= k.Geometry.K) return;
        Store(k, filter, column, values.X);
        Store(k, filter, column + 1, values.Y);
        Store(k, filter, column + 2, values.Z);
        Store(k, filter, column + 3, values.W);
    }

    private static void Store(in BackwardWeightsArguments k, int filter, int column, float value)
    {
        int columns = k.Geometry.TapChannels;
        if (column >= columns) return;
        int at = filter * columns + column;
        if (k.Adds != 0) value += k.Target[at];
        k.Target[(long)Grid.IdxZ * k.Geometry.K * columns + at] = value;
    }
}
