using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Conv2d;

internal struct ForwardArguments
{
    public ArrayView<float> X, Weights, Bias, Residual, Y;
    public ConvGeometry Geometry;

    /// <summary>0 or 1: kernel arguments hold no bool.</summary>
    public int HasBias, HasResidual, Relu;
}

/// <summary>fprop as an implicit GEMM: output pixels × output channels, reduced over taps × input channels.</summary>
internal static class ForwardSimt
{
    public static void Kernel(ForwardArguments k)
    {
        var g = k.Geometry;
        var a = SharedMemory.Allocate<Float4>(BlockTile.Elements / 4);
        var b = SharedMemory.Allocate<Float4>(BlockTile.Elements / 4);
        var aFlat = a.Cast<float>();
        var bFlat = b.Cast<float>();
        int thread = Group.IdxX, firstPixel = Grid.IdxX * BlockTile.Side, firstFilter = Grid.IdxY * BlockTile.Side, depth = g.TapChannels;
        int lane = thread % BlockTile.Depth, line = thread / BlockTile.Depth;
        var sum = default(RegisterTile);
        for (int start = 0; start < depth; start += BlockTile.Depth)
        {
            // Neighbouring threads read neighbouring channels of one tap.
            int at = start + lane, tap = at / g.C, c = at - tap * g.C, r = tap / g.S, s = tap - r * g.S;
            bool inside = at < depth;
            for (int i = 0; i < BlockTile.PerThread; i++)
            {
                int row = line + i * 16, pixel = firstPixel + row, filter = firstFilter + row;
                int q = pixel % g.Q, p = pixel / g.Q % g.P, n = pixel / (g.Q * g.P), h = p * g.StrideH - g.PadTop + r, w = q * g.StrideW - g.PadLeft + s;
                bool read = inside && pixel < g.OutputPixels && h >= 0 && h < g.H && w >= 0 && w < g.W;
                aFlat[lane * BlockTile.Side + row] = read ? k.X[((n * g.H + h) * g.W + w) * g.C + c] : 0;
                bFlat[lane * BlockTile.Side + row] = inside && filter < g.K ? k.Weights[filter * depth + at] : 0;
            }
            Group.Barrier();
            sum = BlockTile.Multiply(sum, a, b);
            Group.Barrier();
        }
        int pixelOut = firstPixel + thread / 16 * 4, filterOut = firstFilter + thread % 16 * 4;
        Store(k, pixelOut, filterOut, sum.Row0);
        Store(k, pixelOut + 1, filterOut, sum.Row1);
        Store(k, pixelOut + 2, filterOut, sum.Row2);
        Store(k, pixelOut + 3, filterOut, sum.Row3);
    }

    private static void Store(in ForwardArguments k, int pixel, int filter, Float4 values)
    {
        if (pixel >= k.Geometry.OutputPixels) return;
        Store(k, pixel, filter, values.X);
        Store(k, pixel, filter + 1, values.Y);
        Store(k, pixel, filter + 2, values.Z);
        Store(k, pixel, filter + 3, values.W);
    }

    private static void Store(in ForwardArguments k, int pixel, int filter, float value)
    {
        if (filter >= k.Geometry.K) return;
        int at = pixel * k.Geometry.K + filter;
        if (k.HasBias != 0) value += k.Bias[filter];
        if (k.HasResidual != 0) value += k.Residual[at];
        if (k.Relu != 0 && value <= 0) value = 0;
        k.Y[at] = value;
    }
}
