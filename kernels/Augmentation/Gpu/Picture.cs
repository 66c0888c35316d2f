using System.Runtime.InteropServices;
using ILGPU;
using NativeTrainer.Kernels.Augmentation.Cpu;

namespace NativeTrainer.Kernels.Augmentation.Gpu;

/// <summary>One picture of a batch as kernels read it from device memory: its pixels, how it is sampled, and its steps.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Picture
{
    public double Xx, Xy, X, Yx, Yy, Y;

    /// <summary>First byte of its pixels.</summary>
    public long Pixels;

    /// <summary>Where its filters' weights start: (S, TapsX) and (S, TapsY).</summary>
    public long WeightsX, WeightsY;

    public int Width, Height, TapsX, TapsY;

    /// <summary>Not 0: rows stay rows, so sampling is separable.</summary>
    public int AxisAligned;

    /// <summary>Not 0: sampling writes the normalised result; no step follows.</summary>
    public int Direct;

    /// <summary>A <see cref="ToneOperation"/>.</summary>
    public int Tone;

    public float ToneAmount, Brightness, Contrast, Saturation, Hue;

    public int Gray;

    /// <summary>0: no blur.</summary>
    public int BlurRadius;

    /// <summary>First of the 2·radius + 1 weights.</summary>
    public int BlurWeights;

    public int EraseLeft, EraseTop, EraseRight, EraseBottom;

    /// <summary>Keeps the size a multiple of 8.</summary>
    public int Unused;

    public static Picture Of(in AugmentationParameters p, long pixels, int width, int height)
    {
        var resampling = new Resampling(p.Map, width, height);
        return new()
        {
            Xx = p.Map.Xx,
            Xy = p.Map.Xy,
            X = p.Map.X,
            Yx = p.Map.Yx,
            Yy = p.Map.Yy,
            Y = p.Map.Y,
            Pixels = pixels,
            Width = width,
            Height = height,
            TapsX = resampling.TapsX,
            TapsY = resampling.TapsY,
            AxisAligned = resampling.AxisAligned ? 1 : 0,
            Direct = p.TouchesColour ? 0 : 1,
            Tone = (int)p.Tone,
            ToneAmount = p.ToneAmount,
            Brightness = p.Brightness,
            Contrast = p.Contrast,
            Saturation = p.Saturation,
            Hue = p.Hue,
            Gray = p.Gray ? 1 : 0,
            EraseLeft = p.Erase.Left,
            EraseTop = p.Erase.Top,
            EraseRight = p.Erase.Right,
            EraseBottom = p.Erase.Bottom,
        };
    }
}

/// <summary>What every augmentation kernel takes. Colours are on the scale 0 … 255 until they are finished.</summary>
internal struct AugmentArguments
{
    public ArrayView<Picture> Pictures;

    /// <summary>RGB bytes of all pictures.</summary>
    public ArrayView<byte> Pixels;

    /// <summary>(N, 2, S): the first source column (row) of each output column (row) of an axis-aligned picture; −1 where it lies outside.</summary>
    public ArrayView<int> Starts;

    public ArrayView<float> Weights, BlurWeights;

    /// <summary>(N, 3·256): what a tone operation needs to know of the whole picture.</summary>
    public ArrayView<float> Tones;

    /// <summary>(N): the mean gray before the contrast changes.</summary>
    public ArrayView<float> Grays;

    /// <summary>(N, S, S, 3): the result, and until then the picture between steps; and room for one more.</summary>
    public ArrayView<float> Y, Spare;

    public int Size;
    public ChannelScale Channels;
}

/// <summary>Where a thread works: an output pixel of a picture. Grid: pixels, 1, pictures.</summary>
internal struct PixelPlace
{
    public const int Threads = 256;

    public int Pixel, Row, Column;

    public static PixelPlace Here(int size)
    {
        int pixel = Grid.IdxX * Threads + Group.IdxX;
        return new() { Pixel = pixel, Row = pixel / size, Column = pixel % size };
    }

    /// <summary>Index of the pixel's red in (N, S, S, 3).</summary>
    public readonly long At(int size) => 3 * ((long)Grid.IdxZ * size * size + Pixel);
}
