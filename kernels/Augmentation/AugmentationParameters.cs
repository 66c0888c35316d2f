namespace NativeTrainer.Kernels.Augmentation;

/// <summary>One operation on a whole picture's tones, as in AutoAugment's list; applied after the geometry, before the colour factors.</summary>
public enum ToneOperation : byte
{
    None,

    /// <summary>Amount is a factor, as <see cref="AugmentationParameters.Brightness"/>.</summary>
    Brightness,

    /// <summary>Amount is a factor, as <see cref="AugmentationParameters.Contrast"/>.</summary>
    Contrast,

    /// <summary>Amount is a factor, as <see cref="AugmentationParameters.Saturation"/>.</summary>
    Saturation,

    /// <summary>Amount f blends f·x + (1 − f)·smooth(x), smooth a 3×3 mean with weight 5 in the middle; the outermost pixels stay.</summary>
    Sharpness,

    /// <summary>Amount is the number of high bits kept, 1 to 8.</summary>
    Posterize,

    /// <summary>Values of at least the amount (0 to 255) become 255 − value.</summary>
    Solarize,

    /// <summary>Each channel is stretched to 0 … 255.</summary>
    AutoContrast,

    /// <summary>Each channel's histogram is made flat, with PIL's whole-number table.</summary>
    Equalize,
}

/// <summary>Whole pixels Left ≤ x &lt; Right, Top ≤ y &lt; Bottom.</summary>
public readonly record struct PixelBox(int Left, int Top, int Right, int Bottom)
{
    public bool IsEmpty => Right <= Left || Bottom <= Top;

    public long Area => IsEmpty ? 0 : (long)(Right - Left) * (Bottom - Top);

    public bool Contains(int x, int y) => x >= Left && x < Right && y >= Top && y < Bottom;
}

/// <summary>
/// What happens to one sample, all random choices made. The order is: map, tone, brightness, contrast, saturation, hue, gray, blur, erase, normalise.
/// Colours are as in torchvision's <c>adjust_*</c> for floats, on the scale 0 … 255, clamped after each step.
/// </summary>
/// <param name="Map">From output pixels to source pixels. What falls outside the source takes the mean colour.</param>
public readonly record struct AugmentationParameters(AffineMap Map)
{
    public ToneOperation Tone { get; init; }

    /// <summary>Meaning by <see cref="ToneOperation"/>.</summary>
    public float ToneAmount { get; init; }

    /// <summary>Factor, at least 0; 1 changes nothing.</summary>
    public float Brightness { get; init; } = 1;

    /// <summary>Factor of the distance from the picture's mean gray, at least 0; 1 changes nothing.</summary>
    public float Contrast { get; init; } = 1;

    /// <summary>Factor of the distance from the pixel's own gray, at least 0; 1 changes nothing.</summary>
    public float Saturation { get; init; } = 1;

    /// <summary>Turn of the colour circle, −1 to 1; 0 changes nothing, ±1 is a full turn.</summary>
    public float Hue { get; init; }

    /// <summary>Whether the three channels become their gray, 0.2989·R + 0.587·G + 0.114·B.</summary>
    public bool Gray { get; init; }

    /// <summary>Standard deviation of the Gaussian in output pixels; 0 does not blur. The radius is ⌈3σ⌉, edges are mirrored.</summary>
    public float BlurSigma { get; init; }

    /// <summary>Output pixels that take the mean colour.</summary>
    public PixelBox Erase { get; init; }

    /// <summary>Whether anything beside the map happens.</summary>
    public bool TouchesColour => Tone != ToneOperation.None || Brightness != 1 || Contrast != 1 || Saturation != 1 || Hue != 0 || Gray || BlurSigma > 0 || !Erase.IsEmpty;
}
