using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Pictures;

/// <summary>What a property of pictures comes from, which decides how far it may tell their class.</summary>
public enum PropertyOrigin
{
    /// <summary>How the picture was taken and stored: camera, light, export. It should say next to nothing of the class.</summary>
    Capture,

    /// <summary>Colour, which often is the class's own: sunflowers are yellow. It may say much of the class.</summary>
    Colour,
}

/// <summary>One number of a picture, on a scale on which equal steps look alike.</summary>
/// <param name="Name">In lowerCamelCase.</param>
/// <param name="Words">For people.</param>
/// <param name="Origin">What it comes from.</param>
/// <param name="Value">The number: shares and levels as they are; sizes, ratios and variances as logarithms to base 2.</param>
public sealed record PictureProperty(string Name, string Words, PropertyOrigin Origin, Func<PictureStatistics, double> Value)
{
    /// <summary>In steps of an eighth of an octave: a row of pixels more or less tells tools apart, and no network sees it.</summary>
    public static readonly PictureProperty Pixels = new("pixels", "number of pixels", PropertyOrigin.Capture, s => Math.Round(Math.Log2((double)s.Width * s.Height) * 8) / 8);

    public static readonly PictureProperty Aspect = new("aspect", "aspect ratio", PropertyOrigin.Capture, s => Math.Round(Math.Log2(s.Aspect) * 16) / 16);

    public static readonly PictureProperty Brightness = new("brightness", "brightness", PropertyOrigin.Capture, s => s.Brightness);

    public static readonly PictureProperty Contrast = new("contrast", "contrast", PropertyOrigin.Capture, s => s.Contrast);

    /// <summary>Half an octave of a level keeps the logarithm of blank pictures finite.</summary>
    public static readonly PictureProperty Sharpness = new("sharpness", "sharpness", PropertyOrigin.Capture, s => Math.Log2(s.Sharpness + 0.5));

    public static readonly PictureProperty Colourfulness = new("colourfulness", "colourfulness", PropertyOrigin.Colour, s => Math.Log2(s.Colourfulness + 1));

    public static readonly PictureProperty RedGreen = new("redGreen", "mean colour (red to green)", PropertyOrigin.Colour, s => s.Mean.Red - s.Mean.Green);

    public static readonly PictureProperty YellowBlue = new("yellowBlue", "mean colour (yellow to blue)", PropertyOrigin.Colour, s => (s.Mean.Red + s.Mean.Green) / 2 - s.Mean.Blue);

    public static readonly PictureProperty BorderBrightness = new("borderBrightness", "brightness of the background", PropertyOrigin.Capture, s => 0.299 * s.Border.Red + 0.587 * s.Border.Green + 0.114 * s.Border.Blue);

    public static readonly PictureProperty BorderRedGreen = new("borderRedGreen", "colour of the background (red to green)", PropertyOrigin.Colour, s => s.Border.Red - s.Border.Green);

    public static readonly PictureProperty BorderYellowBlue = new("borderYellowBlue", "colour of the background (yellow to blue)", PropertyOrigin.Colour, s => (s.Border.Red + s.Border.Green) / 2 - s.Border.Blue);

    public static readonly IReadOnlyList<PictureProperty> All =
        [Pixels, Aspect, Brightness, Contrast, Sharpness, Colourfulness, RedGreen, YellowBlue, BorderBrightness, BorderRedGreen, BorderYellowBlue];
}
