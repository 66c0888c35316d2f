using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// Pictures have three channels, tensor cores want eight: a pixel gets four places, and two neighbours along w make one pixel of eight channels. A stride of 2
/// along w becomes a stride of 1 over such pairs, so a 7×7 kernel costs 7×4 taps of 8 channels, not 7×7 (with a tap of zeros in front where the left padding
/// is odd). With other strides, and for more channels, a pixel is padded to a multiple of eight by itself.
/// </summary>
internal readonly struct ChannelPacking
{
    /// <summary>Pixels of a group, places of each, taps of zeros before the kernel's first column.</summary>
    public readonly int Pixels, Places, Shift;
    public readonly Conv2dShape Packed;

    public ChannelPacking(Conv2dShape shape)
    {
        bool pairs = shape.C <= 4 && shape.StrideW == 2;
        Pixels = pairs ? 2 : 1;
        Places = pairs ? 4 : (shape.C + 7) / 8 * 8;
        Shift = pairs ? shape.PadLeft % 2 : 0;
        int columns = (shape.S + Shift + Pixels - 1) / Pixels, width = (shape.W + Pixels - 1) / Pixels, left = (shape.PadLeft + Shift) / Pixels, stride = shape.StrideW / Pixels;
        // What padding on the right gives the same output width; it may come out negative where the last pixels are read by no window.
        int right = (shape.Q - 1) * stride + columns - width - left;
        Packed = shape with { W = width, C = Pixels * Places, S = columns, StrideW = stride, PadLeft = left, PadRight = right };
    }
}

internal struct PackArguments<TElement> where TElement : unmanaged, IElement<TElement>
{
    /// <summary>(rows, width, channels).</summary>
    public ArrayView<TElement> Source;

    /// <summary>(rows, packed width, packed channels), in chunks.</summary>
    public ArrayView<Float4> Target;

    /// <summary>Places in the target: rows × groups of eight.</summary>
    public int Count, Width, Channels, PackedWidth, PackedChannels, Pixels, Places, Shift;
}

internal struct UnpackArguments
{
    /// <summary>(rows, packed width, packed channels).</summary>
    public ArrayView<float> Source;

    /// <summary>(rows, width, channels).</summary>
    public ArrayView<float> Target;
    public int Count, Width, Channels, PackedWidth, PackedChannels, Pixels, Places, Shift;

    /// <summary>Copies of the source to be added up in order, and the distance between them.</summary>
    public int Parts, PartStride;

    /// <summary>0 or 1.</summary>
    public int Adds;
}

/// <summary>Packs pictures and kernels for <see cref="ChannelPacking"/>, and unpacks the gradient of a kernel.</summary>
internal static class PackSimt<TElement, TStorage> where TElement : unmanaged, IElement<TElement> where TStorage : struct, IStorage
{
    /// <summary>A thread makes eight elements.</summary>
    public static void Pack(PackArguments<TElement> k)
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= k.Count) return;
        int groups = k.PackedChannels / 8, group = i % groups, column = i / groups % k.PackedWidth, row = i / (groups * k.PackedWidth);
        default(TStorage).Store(k.Target, i * 8, new Float8
        {
            Low = new() { X = At(k, row, column, group * 8), Y = At(k, row, column, group * 8 + 1), Z = At(k, row, column, group * 8 + 2), W = At(k, row, column, group * 8 + 3) },
            High = new() { X = At(k, row, column, group * 8 + 4), Y = At(k, row, column, group * 8 + 5), Z = At(k, row, column, group * 8 + 6), W = At(k, row, column, group * 8 + 7) },
        });
    }

    private static float At(in PackArguments<TElement> k, int row, int column, int place)
    {
        int w = column * k.Pixels + place / k.Places - k.Shift, c = place % k.Places;
        return c < k.Channels && w >= 0 && w < k.Width ? k.Source[(row * k.Width + w) * k.Channels + c].Value : 0;
    }
}

/// <summary>The kernel's gradient out of its packed parts.</summary>
internal static class UnpackSimt
{
    public static void Unpack(UnpackArguments k)
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= k.Count) return;
        int c = i % k.Channels, w = i / k.Channels % k.Width + k.Shift, row = i / (k.Channels * k.Width);
        int at = (row * k.PackedWidth + w / k.Pixels) * k.PackedChannels + w % k.Pixels * k.Places + c;
        float sum = k.Adds != 0 ? k.Target[i] : 0;
        for (int part = 0; part < k.Parts; part++) sum += k.Source[(long)part * k.PartStride + at];
        k.Target[i] = sum;
    }
}
