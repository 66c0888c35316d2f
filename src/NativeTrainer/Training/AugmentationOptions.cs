using NativeTrainer.Imaging;

namespace NativeTrainer.Training;

/// <summary>Numbers from Low to High, both included.</summary>
public readonly record struct FloatRange(float Low, float High);

/// <summary>
/// How strongly training pictures are varied; each transform by itself. The default varies nothing: the central square, resized.
/// As text it is a preset with overrides, such as <c>light,hue=0.1,mixup=0.2</c>; <see cref="ToString"/> and <see cref="Parse"/> are inverses.
/// </summary>
public sealed record AugmentationOptions
{
    /// <summary>Share of the picture's area that the random crop takes, above 0 to 1. A crop that does not fit becomes the largest central one.</summary>
    public FloatRange CropScale { get; init; } = new(1, 1);

    /// <summary>Width over height of the crop, drawn evenly on a logarithmic scale, 0.1 to 10.</summary>
    public FloatRange CropRatio { get; init; } = new(1, 1);

    /// <summary>Probability of a mirror image, left to right.</summary>
    public float HorizontalFlip { get; init; }

    /// <summary>Probability of a mirror image, top to bottom.</summary>
    public float VerticalFlip { get; init; }

    /// <summary>Largest turn to either side in degrees, 0 to 180.</summary>
    public float Rotation { get; init; }

    /// <summary>Largest shift in either direction as a share of the side, 0 to 1.</summary>
    public float Translate { get; init; }

    /// <summary>Zoom factor about the centre, 0.1 to 10.</summary>
    public FloatRange Zoom { get; init; } = new(1, 1);

    /// <summary>Largest shear angle in degrees along each axis, 0 to 60.</summary>
    public float Shear { get; init; }

    /// <summary>The factor is within 1 ± this, 0 to 1.</summary>
    public float Brightness { get; init; }

    /// <summary>The factor is within 1 ± this, 0 to 1.</summary>
    public float Contrast { get; init; }

    /// <summary>The factor is within 1 ± this, 0 to 1.</summary>
    public float Saturation { get; init; }

    /// <summary>Largest turn of the colour circle to either side, 0 to 0.5.</summary>
    public float Hue { get; init; }

    /// <summary>Probability of a gray picture.</summary>
    public float Gray { get; init; }

    /// <summary>Probability of a blur.</summary>
    public float Blur { get; init; }

    /// <summary>Standard deviation of the blur in pixels of the output, above 0 to 20.</summary>
    public FloatRange BlurSigma { get; init; } = new(0.1f, 2);

    /// <summary>Probability that a box is erased (Zhong et al. 2020).</summary>
    public float Erase { get; init; }

    /// <summary>Share of the picture's area that is erased, above 0 to 1.</summary>
    public FloatRange EraseArea { get; init; } = new(0.02f, 0.33f);

    /// <summary>Width over height of the erased box, drawn evenly on a logarithmic scale, 0.1 to 10.</summary>
    public FloatRange EraseRatio { get; init; } = new(0.3f, 3.3f);

    /// <summary>α of mixup's Beta(α, α), 0 to 10; 0 is off. With CutMix on too, each pair takes one of the two with equal chance.</summary>
    public float Mixup { get; init; }

    /// <summary>α of CutMix's Beta(α, α), 0 to 10; 0 is off.</summary>
    public float CutMix { get; init; }

    /// <summary>
    /// One random operation of random strength per picture (TrivialAugment, Müller and Hutter 2021, wide space of 14 operations in 31 steps).
    /// Differences: operations see the output picture as floats (posterize, solarize and equalize round to whole levels); geometric ones are part of the one resampling,
    /// so what moves in comes from the source picture where there is some and is the mean colour elsewhere; a shift is at most 32/224 of the side, not 32 pixels.
    /// </summary>
    public bool TrivialAugment { get; init; }

    /// <summary>Names that <see cref="Preset"/> knows, weakest first.</summary>
    public static IReadOnlyList<string> PresetNames { get; } = ["none", "light", "medium", "strong"];

    /// <summary>Whether every epoch sees the same picture of a sample, so that features may be cached.</summary>
    public bool IsDeterministic => this with { BlurSigma = None.BlurSigma, EraseArea = None.EraseArea, EraseRatio = None.EraseRatio } == None;

    /// <summary>Whether samples of a batch are mixed, so that targets are no longer one class.</summary>
    public bool Mixes => Mixup > 0 || CutMix > 0;

    internal static AugmentationOptions None { get; } = new();

    /// <summary><c>none</c>; <c>light</c>: crops and mirror images; <c>medium</c>: also turns, colour and erasing; <c>strong</c>: TrivialAugment, erasing, mixup and CutMix.</summary>
    /// <exception cref="UserException">No such preset; the message lists them.</exception>
    public static AugmentationOptions Preset(string name) => name switch
    {
        "none" => None,
        "light" => new() { CropScale = new(0.5f, 1), CropRatio = new(0.75f, 1.3333f), HorizontalFlip = 0.5f },
        "medium" => new()
        {
            CropScale = new(0.35f, 1),
            CropRatio = new(0.75f, 1.3333f),
            HorizontalFlip = 0.5f,
            Rotation = 10,
            Brightness = 0.2f,
            Contrast = 0.2f,
            Saturation = 0.2f,
            Hue = 0.02f,
            Erase = 0.1f,
        },
        "strong" => new() { CropScale = new(0.2f, 1), CropRatio = new(0.75f, 1.3333f), HorizontalFlip = 0.5f, TrivialAugment = true, Erase = 0.25f, Mixup = 0.2f, CutMix = 1 },
        _ => throw new UserException($"augmentation preset '{name}' is not known; the presets are {string.Join(", ", PresetNames)}"),
    };

    /// <summary>A preset, or <c>key=value</c> overrides, or a preset and then overrides, separated by commas. Without a preset the overrides start from <c>none</c>.</summary>
    /// <exception cref="UserException">An unknown preset or key, or a value out of its range; the message says what would do.</exception>
    public static AugmentationOptions Parse(string text) => AugmentationText.Parse(text);

    /// <summary>The shortest text that <see cref="Parse"/> turns back into this.</summary>
    public override string ToString() => AugmentationText.Write(this);
}
