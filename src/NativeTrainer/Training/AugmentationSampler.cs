using NativeTrainer.Kernels.Augmentation;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Training;

/// <summary>
/// The random choices for one sample: a pure function of options, seed, epoch and sample. Every choice has a counter of its own, so that turning one
/// transform on or off leaves the others' choices as they were.
/// </summary>
public static class AugmentationSampler
{
    /// <summary>The op's part of the random key; others (mixing, dropout, sampling) use other numbers.</summary>
    internal const uint KeyOperation = 0xA061;

    private const int BoxAttempts = 10;

    /// <summary>Counters of the choices. Boxes take four per attempt, so theirs are 64 apart.</summary>
    private enum Draw : ulong
    {
        Crop = 0,
        Erase = 64,
        HorizontalFlip = 128,
        VerticalFlip,
        Rotation,
        TranslateX,
        TranslateY,
        Zoom,
        ShearX,
        ShearY,
        Brightness,
        Contrast,
        Saturation,
        Hue,
        Gray,
        Blur,
        BlurSigma,
        EraseOrNot,
        TrivialOperation,
        TrivialStrength,
        TrivialSign,
    }

    /// <summary>What happens to one sample in one epoch.</summary>
    /// <param name="options">Strengths.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="sampleIndex">The sample's index in its data set, not in its batch.</param>
    /// <param name="sourceWidth">Pixels of the decoded picture.</param>
    /// <param name="sourceHeight">Pixels of the decoded picture.</param>
    /// <param name="outputSize">S, side of the output.</param>
    public static AugmentationParameters For(AugmentationOptions options, ulong seed, int epoch, long sampleIndex, int sourceWidth, int sourceHeight, int outputSize)
    {
        var draws = new Draws(CounterRandom.Key(seed, (uint)epoch, (ulong)sampleIndex, KeyOperation));
        var trivial = options.TrivialAugment ? Trivial(draws) : default;
        return new AugmentationParameters(Map(options, draws, trivial, sourceWidth, sourceHeight, outputSize))
        {
            Tone = trivial.Tone,
            ToneAmount = trivial.ToneAmount,
            Brightness = 1 + draws.Signed(Draw.Brightness, options.Brightness),
            Contrast = 1 + draws.Signed(Draw.Contrast, options.Contrast),
            Saturation = 1 + draws.Signed(Draw.Saturation, options.Saturation),
            Hue = draws.Signed(Draw.Hue, options.Hue),
            Gray = draws.Chance(Draw.Gray, options.Gray),
            BlurSigma = draws.Chance(Draw.Blur, options.Blur) ? draws.Within(Draw.BlurSigma, options.BlurSigma) : 0,
            Erase = draws.Chance(Draw.EraseOrNot, options.Erase) ? draws.Box(Draw.Erase, outputSize, outputSize, options.EraseArea, options.EraseRatio) : default,
        };
    }

    /// <summary>Output to source: the inverses of TrivialAugment's move, the affine move and the flips, then the crop.</summary>
    private static AffineMap Map(AugmentationOptions options, in Draws draws, in TrivialChoice trivial, int width, int height, int size)
    {
        // The whole area leaves nothing to choose; by attempts an almost square picture would still be shifted by its odd pixels.
        var crop = options.CropScale.Low >= 1 ? default : draws.Box(Draw.Crop, width, height, options.CropScale, options.CropRatio);
        if (crop.IsEmpty) crop = CentralBox(width, height, options.CropRatio);
        var map = AffineMap.Scaling((double)(crop.Right - crop.Left) / size, (double)(crop.Bottom - crop.Top) / size).Then(AffineMap.Translation(crop.Left, crop.Top));
        double mirrorX = draws.Chance(Draw.HorizontalFlip, options.HorizontalFlip) ? -1 : 1, mirrorY = draws.Chance(Draw.VerticalFlip, options.VerticalFlip) ? -1 : 1;
        // Moves of the output plane about its centre, in the order in which the picture sees them.
        var moves = AffineMap.Scaling(mirrorX, mirrorY).Then(Affine(options, draws, size)).Then(trivial.Move(size));
        return moves.About(size / 2.0, size / 2.0).Inverse().Then(map);
    }

    private static AffineMap Affine(AugmentationOptions options, in Draws draws, int size)
    {
        double zoom = draws.Within(Draw.Zoom, options.Zoom);
        return AffineMap.Scaling(zoom, zoom)
            .Then(AffineMap.Shear(Tangent(draws.Signed(Draw.ShearX, options.Shear)), 0))
            .Then(AffineMap.Shear(0, Tangent(draws.Signed(Draw.ShearY, options.Shear))))
            .Then(AffineMap.Rotation(draws.Signed(Draw.Rotation, options.Rotation)))
            .Then(AffineMap.Translation(size * draws.Signed(Draw.TranslateX, options.Translate), size * draws.Signed(Draw.TranslateY, options.Translate)));
    }

    private static double Tangent(double degrees) => Math.Tan(degrees * Math.PI / 180);

    /// <summary>The largest box of an allowed shape about the centre, as torchvision falls back to.</summary>
    private static PixelBox CentralBox(int width, int height, FloatRange ratio)
    {
        double wanted = Math.Clamp((double)width / height, ratio.Low, ratio.High);
        int w = Math.Clamp((int)Math.Round(height * wanted), 1, width), h = Math.Clamp((int)Math.Round(width / wanted), 1, height);
        int left = (width - w) / 2, top = (height - h) / 2;
        return new PixelBox(left, top, left + w, top + h);
    }

    /// <summary>The wide space: 14 operations, strengths 0 … 30, and a sign where the operation has one.</summary>
    private static TrivialChoice Trivial(in Draws draws)
    {
        float strength = draws.Below(Draw.TrivialStrength, 31) / 30f, signed = draws.Chance(Draw.TrivialSign, 0.5f) ? -strength : strength;
        return draws.Below(Draw.TrivialOperation, 14) switch
        {
            0 => new() { ShearX = 0.99f * signed },
            1 => new() { ShearY = 0.99f * signed },
            2 => new() { TranslateX = 32f / 224 * signed },
            3 => new() { TranslateY = 32f / 224 * signed },
            4 => new() { Degrees = 135 * signed },
            5 => new() { Tone = ToneOperation.Brightness, ToneAmount = 1 + 0.99f * signed },
            6 => new() { Tone = ToneOperation.Saturation, ToneAmount = 1 + 0.99f * signed },
            7 => new() { Tone = ToneOperation.Contrast, ToneAmount = 1 + 0.99f * signed },
            8 => new() { Tone = ToneOperation.Sharpness, ToneAmount = 1 + 0.99f * signed },
            9 => new() { Tone = ToneOperation.Posterize, ToneAmount = 8 - MathF.Round(6 * strength) },
            10 => new() { Tone = ToneOperation.Solarize, ToneAmount = 255 * (1 - strength) },
            11 => new() { Tone = ToneOperation.AutoContrast },
            12 => new() { Tone = ToneOperation.Equalize },
            _ => default,
        };
    }

    private readonly struct TrivialChoice
    {
        public ToneOperation Tone { get; init; }

        public float ToneAmount { get; init; }

        public float ShearX { get; init; }

        public float ShearY { get; init; }

        public float TranslateX { get; init; }

        public float TranslateY { get; init; }

        public float Degrees { get; init; }

        public AffineMap Move(int size) => AffineMap.Shear(ShearX, ShearY).Then(AffineMap.Rotation(Degrees)).Then(AffineMap.Translation(size * TranslateX, size * TranslateY));
    }

    private readonly struct Draws(ulong key)
    {
        public bool Chance(Draw draw, float probability) => CounterRandom.Uniform(key, (ulong)draw) < probability;

        public int Below(Draw draw, int count) => CounterRandom.Below(key, (ulong)draw, count);

        public float Within(Draw draw, FloatRange range) => CounterRandom.Uniform(key, (ulong)draw, range.Low, range.High);

        public float Signed(Draw draw, float largest) => largest == 0 ? 0 : CounterRandom.Uniform(key, (ulong)draw, -largest, largest);

        /// <summary>A box of random area, shape and place within width × height; empty when ten attempts did not fit.</summary>
        public PixelBox Box(Draw draw, int width, int height, FloatRange area, FloatRange ratio)
        {
            for (int attempt = 0; attempt < BoxAttempts; attempt++)
            {
                ulong counter = (ulong)draw + 4 * (ulong)attempt;
                double pixels = (double)width * height * CounterRandom.Uniform(key, counter, area.Low, area.High);
                double shape = Math.Exp(CounterRandom.Uniform(key, counter + 1, MathF.Log(ratio.Low), MathF.Log(ratio.High)));
                int w = (int)Math.Round(Math.Sqrt(pixels * shape)), h = (int)Math.Round(Math.Sqrt(pixels / shape));
                if (w < 1 || h < 1 || w > width || h > height) continue;
                int left = CounterRandom.Below(key, counter + 2, width - w + 1), top = CounterRandom.Below(key, counter + 3, height - h + 1);
                return new PixelBox(left, top, left + w, top + h);
            }
            return default;
        }
    }
}
