using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Conv2d;

internal struct BackwardDataArguments
{
    public ArrayView<float> Dy, Weights, Dx;
    public ConvGeometry Geometry;

    /// <summary>0 or 1.</summary>
    public int Adds;
}

/// <summary>dgrad as an implicit GEMM: input pixels × input channels, reduced over taps × output channels; a tap that misses the stride's grid reads 0.</summary>
internal static class BackwardDataSimt
{
    public static void Kernel(BackwardDataArguments k)
    {
        var g = k.Geometry;
        var a = SharedMemory.Allocate<Float4>(BlockTile.Elements / 4);
        var b = SharedMemory.Allocate<Float4>(BlockTile.Elements / 4);
        var aFlat = a.Cast<float>();
        var bFlat = b.Cast<float>();
        int thread = Group.IdxX, firstPixel = Grid.IdxX * BlockTile.Side, firstChannel = Grid.IdxY * BlockTile.Side, depth = g.R * g.S * g.K;
        int lane = thread % BlockTile.Depth, line = thread / BlockTile.Depth;
        var sum = default(RegisterTile);
        for (int start = 0; start < depth; start += BlockTile.Depth)
        {
            int at = start + lane, tap = at / g.K, filter = at - tap * g.K, r = tap / g.S, s = tap - r * g.S;
            for (int i = 0; i < BlockTile.PerThread; i++)
            {
                int row = line + i * 16, pixel = firstPixel + row;
                int w = pixel % g.W, h = pixel / g.W % g.H, n = pixel / (g.W * g.H), top = h + g.PadTop - r, left = w + g.PadLeft - s;
                int p = top / g.StrideH, q = left / g.StrideW;
                bool read = at < depth && pixel < g.InputPixels && top >= 0 && left >= 0 && p * g.StrideH == top && q * g.StrideW == left && p < g.P && q < g.Q;
                aFlat[lane * BlockTile.Side + row] = read ? k.Dy[((n * g.P + p) * g.Q + q) * g.K + filter] : 0;
            }
            // The weights' neighbours are input channels: the columns here.
            int column = thread % BlockTile.Side, channel = firstChannel + column;
            for (int i = 0; i < BlockTile.PerThread; i++)
            {
                int step = thread / BlockTile.Side + i * 4, position = start + step, filterAt = position % g.K, tapAt = position / g.K;
                bFlat[step * BlockTile.Side + column] = position < depth && channel < g.C ? k.Weights[(filterAt * g.R * g.S + tapAt) * g.C + channel] : 0;
            }
            Group.Barrier();
            sum = BlockTile.Multiply(sum, a, b);
            Group.Barrier();
        }
        int pixelOut = firstPixel + thread / 16 * 4, channelOut = firstChannel + thread % 16 * 4;
        Store(k, pixelOut, channelOut, sum.Row0);
        Store(k, pixelOut + 1, channelOut, sum.Row1);
        Store(k, pixelOut + 2, channelOut, sum.Row2);
        Store(k, pixelOut + 3, channelOut, sum.Row3);
    }

    private static void Store(in BackwardDataArguments k, int pixel, int channel, Float4 values)
    {
        if (pixel >= k.Geometry.InputPixels) return;
        Store(k, pixel, channel, values.X);
        Store(k, pixel, channel + 1, values.Y);
        Store(k, pixel, channel + 2, values.Z);
        Store(k, pixel, channel + 3, values.W);
    }

    private static void Store(in BackwardDataArguments k, int pixel, int channel, float value)
    {
        if (channel >= k.Geometry.C) return;
        int at = pixel * k.Geometry.C + channel;
        k.Dx[at] = k.Adds != 0 ? k.Dx[at] + value : value;
    }
}
