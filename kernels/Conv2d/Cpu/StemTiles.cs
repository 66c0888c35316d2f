using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// How a stem's picture is cut: every four results of a row are a tile, some rows of results a band, and a band's transformed pixels lie as
/// [point][tile][input row][column parity × channel], so that what a tile multiplies with is one run of memory at every point.
/// </summary>
internal readonly struct StemTiles(Conv2dShape shape, int bandRows)
{
    /// <summary>Points of F(4, 4); at the last, infinity, the odd columns' three taps have no product.</summary>
    public const int Points = 7;

    /// <summary>Results of a tile.</summary>
    public const int Side = 4;

    /// <summary>Floats that a transform stores at once, more than it has: what they spill over is written later, or lies behind each tile.</summary>
    private const int Spill = 8;

    public Conv2dShape Shape => shape;

    /// <summary>Tiles of a row.</summary>
    public int Count => (shape.Q + Side - 1) / Side;

    public int BandRows => bandRows;

    /// <summary>Bands of an image.</summary>
    public int Bands => Chunks.Count(shape.P, bandRows);

    /// <summary>Input rows under a band.</summary>
    public int InputRows => (bandRows - 1) * shape.StrideH + shape.R;

    /// <summary>Floats of an input row's tile at a point.</summary>
    public int Width(int point) => point == Points - 1 ? shape.C : 2 * shape.C;

    /// <summary>Products of a result at a point.</summary>
    public int Steps(int point) => shape.R * Width(point);

    /// <summary>Steps of all points before <paramref name="point"/>.</summary>
    public int FirstStep(int point) => point * shape.R * 2 * shape.C;

    /// <summary>Steps of all points.</summary>
    public int AllSteps => FirstStep(Points - 1) + Steps(Points - 1);

    /// <summary>Floats from one tile to the next at a point.</summary>
    public nint TileStride(int point)
    {
        int stride = InputRows * Width(point) + Spill;
        return stride % 128 == 0 ? stride + 16 : stride;
    }

    /// <summary>Floats of all points before <paramref name="point"/>.</summary>
    public nint FirstPixel(int point) => point * TileStride(0) * Count;

    /// <summary>Floats of a band's transformed pixels.</summary>
    public long PixelFloats => FirstPixel(Points - 1) + TileStride(Points - 1) * Count;

    /// <summary>Floats of an input row with its padding and what the last tile reads.</summary>
    public int LineFloats => (8 * Count + 6) * shape.C + Spill;

    /// <summary>Floats of a row's products, or transformed gradients, at all points.</summary>
    public long RowFloats => (long)Points * Count * shape.K;
}
