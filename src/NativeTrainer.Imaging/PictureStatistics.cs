namespace NativeTrainer.Imaging;

/// <summary>
/// Figures of one picture that its capture decides rather than its content: light, sharpness, colour, size. Measured on the picture shrunk to a short side of
/// <see cref="NormalSide"/> pixels (smaller ones as they are), so that a photo and its copy at another resolution give nearly the same (sharpness,
/// which each shrinking softens, within a factor of two). Sums are of whole numbers, so the figures are the same bits on every machine. Luma is (77 R + 150 G + 29 B) / 256 of gamma-coded values.
/// </summary>
public sealed record PictureStatistics
{
    /// <summary>Changes when a figure is computed in another way: figures of other versions do not compare.</summary>
    public const int Version = 1;

    /// <summary>What a classifier sees at its usual size: blur that is gone at this side does no harm.</summary>
    public const int NormalSide = 224;

    /// <summary>A pixel has colour where its channels differ by more levels: JPEG's rounding of a gray picture's chroma stays below.</summary>
    internal const int ChromaTolerance = 12;

    /// <summary>A block of <see cref="PictureSums.BlockSide"/>² pixels is flat where its luma spans no more levels: noise of JPEG at quality 75 stays below.</summary>
    internal const int FlatRange = 8;

    /// <summary>Luma of clipped pixels, at most and at least: JPEG rings around 0 and 255.</summary>
    internal const int DarkLevel = 8, BrightLevel = 247;

    private const double GrayShare = 0.001;

    /// <summary>Size of the picture as it was before decoding shrank it, upright, in pixels.</summary>
    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>Width / height.</summary>
    public double Aspect => (double)Width / Height;

    public int ShortSide => Math.Min(Width, Height);

    /// <summary>Mean luma, 0 to 1.</summary>
    public required double Brightness { get; init; }

    /// <summary>Standard deviation of luma, 0 to 0.5.</summary>
    public required double Contrast { get; init; }

    /// <summary>Share of pixels that are all but black, 0 to 1.</summary>
    public required double DarkShare { get; init; }

    /// <summary>Share of pixels that are all but white, 0 to 1.</summary>
    public required double BrightShare { get; init; }

    /// <summary>5th percentile of luma, 0 to 1: how dark the darkest parts are.</summary>
    public required double Shadows { get; init; }

    /// <summary>99th percentile of luma, 0 to 1: how bright the brightest parts are, a small flower on black among them.</summary>
    public required double Highlights { get; init; }

    /// <summary>Variance of the 4-neighbour Laplacian of luma, in levels² (Pech-Pacheco et al. 2000); 0 for pictures of less than 3 pixels a side.</summary>
    public required double Sharpness { get; init; }

    /// <summary>Entropy of the luma histogram, 0 to 8 bits.</summary>
    public required double Entropy { get; init; }

    /// <summary>Share of blocks without structure, 0 to 1.</summary>
    public required double FlatShare { get; init; }

    /// <summary>M³ of Hasler and Süsstrunk 2003 (Measuring colourfulness in natural images), in levels: 0 is gray, 33 averagely and 109 extremely colourful.</summary>
    public required double Colourfulness { get; init; }

    /// <summary>Share of pixels with colour, 0 to 1.</summary>
    public required double ColouredShare { get; init; }

    public bool IsGray => ColouredShare < GrayShare;

    /// <summary>Mean of the channels, 0 to 1 each.</summary>
    public required (double Red, double Green, double Blue) Mean { get; init; }

    /// <summary>Mean of the channels in a frame of a tenth of the short side: the background, where the object is in the middle.</summary>
    public required (double Red, double Green, double Blue) Border { get; init; }

    /// <summary>Measures a decoded picture.</summary>
    /// <param name="image">Decoded with a short side of <see cref="NormalSide"/> or more, where the file has so much.</param>
    /// <param name="width">Of the upright picture before decoding shrank it.</param>
    /// <param name="height">Of the upright picture before decoding shrank it.</param>
    /// <param name="resizer">One that the calling thread keeps; null makes one.</param>
    public static PictureStatistics Of(RgbImage image, int width, int height, Resizer? resizer = null)
    {
        if (image.ShortSide > NormalSide)
        {
            var (w, h) = Resizer.FitShortSide(image.Width, image.Height, NormalSide);
            image = (resizer ?? new Resizer()).Resize(image, w, h);
        }
        return Of(PictureSums.Of(image), width, height);
    }

    public static PictureStatistics Of(RgbImage image) => Of(image, image.Width, image.Height);

    internal static PictureStatistics Of(PictureSums sums, int width, int height)
    {
        double n = sums.Pixels, red = sums.Red / n, green = sums.Green / n, blue = sums.Blue / n, luma = sums.Luma / n;
        double redGreen = red - green, yellowBlue = (red + green) / 2 - blue;
        double redGreenVariance = sums.RedGreenSquares / n - redGreen * redGreen, yellowBlueVariance = sums.YellowBlueSquares / (4 * n) - yellowBlue * yellowBlue;
        double laplacian = sums.LaplacianCount > 0 ? (double)sums.Laplacian / sums.LaplacianCount : 0;
        double frame = sums.BorderPixels;
        return new PictureStatistics
        {
            Width = width,
            Height = height,
            Brightness = luma / 255,
            Contrast = Math.Sqrt(Math.Max(sums.LumaSquares / n - luma * luma, 0)) / 255,
            DarkShare = Below(sums.Histogram, DarkLevel + 1) / n,
            BrightShare = 1 - Below(sums.Histogram, BrightLevel) / n,
            Shadows = Percentile(sums.Histogram, sums.Pixels, 0.05) / 255,
            Highlights = Percentile(sums.Histogram, sums.Pixels, 0.99) / 255,
            Sharpness = sums.LaplacianCount > 0 ? Math.Max((double)sums.LaplacianSquares / sums.LaplacianCount - laplacian * laplacian, 0) : 0,
            Entropy = Entropies(sums.Histogram, n),
            FlatShare = (double)sums.FlatBlocks / sums.Blocks,
            Colourfulness = Math.Sqrt(Math.Max(redGreenVariance + yellowBlueVariance, 0)) + 0.3 * Math.Sqrt(redGreen * redGreen + yellowBlue * yellowBlue),
            ColouredShare = sums.Coloured / n,
            Mean = (red / 255, green / 255, blue / 255),
            Border = (sums.BorderRed / frame / 255, sums.BorderGreen / frame / 255, sums.BorderBlue / frame / 255),
        };
    }

    private static long Below(long[] histogram, int level)
    {
        long sum = 0;
        for (int i = 0; i < level; i++) sum += histogram[i];
        return sum;
    }

    // The lowest level that so large a share of the pixels does not exceed.
    private static double Percentile(long[] histogram, long pixels, double share)
    {
        long sum = 0;
        for (int level = 0; level < 255; level++)
        {
            sum += histogram[level];
            if (sum >= share * pixels) return level;
        }
        return 255;
    }

    private static double Entropies(long[] histogram, double pixels)
    {
        double sum = 0;
        foreach (long count in histogram)
        {
            if (count > 0) sum -= count / pixels * Math.Log2(count / pixels);
        }
        return Math.Max(sum, 0);
    }
}
