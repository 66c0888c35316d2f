using System.Globalization;
using System.Numerics;

namespace NativeTrainer.Imaging;

/// <summary>
/// 128 signs of a picture's lowest cosine coefficients (after Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010, with
/// signs instead of a median, so that the mirrored picture's hash is one exclusive or away). Copies in another size, quality or brightness differ in few
/// bits, unrelated pictures in about half of them. Whole-number arithmetic: the same bits on every machine.
/// </summary>
/// <param name="Low">Bits 0 … 63, the lower frequencies.</param>
/// <param name="High">Bits 64 … 127.</param>
public readonly record struct PerceptualHash(ulong Low, ulong High)
{
    /// <summary>Changes with anything that changes a bit: hashes of two versions cannot be compared.</summary>
    public const int Version = 1;

    public const int Bits = 128;

    /// <summary>Hash of the picture mirrored left to right: DCT-II of f(N − 1 − x) is (−1)ᵘ times that of f(x).</summary>
    public PerceptualHash Mirrored => new(Low ^ HashCosines.OddLow, High ^ HashCosines.OddHigh);

    public static PerceptualHash Of(RgbImage image) => Of(GrayThumbnail.Of(image));

    public static PerceptualHash Of(GrayThumbnail thumbnail) => HashCosines.Hash(thumbnail.Pixels, HashWindow.Whole);

    /// <summary>
    /// Hashes near those of cropped and slightly turned copies of a picture: of the whole first, then of windows of it, and of it turned. A copy that was
    /// cropped by c % of each side or turned by d degrees lies within half a step of one of them, for c to 15 and d to 5.
    /// </summary>
    public static PerceptualHash[] Probes(GrayThumbnail thumbnail)
    {
        var windows = HashWindow.Probes;
        var hashes = new PerceptualHash[windows.Count];
        for (int i = 0; i < hashes.Length; i++) hashes[i] = HashCosines.Hash(thumbnail.Pixels, windows[i]);
        return hashes;
    }

    /// <summary>Bits that differ, 0 to 128.</summary>
    public int Distance(PerceptualHash other) => BitOperations.PopCount(Low ^ other.Low) + BitOperations.PopCount(High ^ other.High);

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => $"{High:x16}{Low:x16}";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out PerceptualHash hash)
    {
        hash = default;
        if (text.Length != 32) return false;
        bool high = ulong.TryParse(text.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong upper);
        if (!ulong.TryParse(text.AsSpan(16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong lower) || !high) return false;
        hash = new PerceptualHash(lower, upper);
        return true;
    }
}
