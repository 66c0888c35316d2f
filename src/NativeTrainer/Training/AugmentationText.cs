using System.Globalization;
using NativeTrainer.Imaging;

namespace NativeTrainer.Training;

/// <summary>The text form of <see cref="AugmentationOptions"/>: one table of keys serves reading, writing and error messages.</summary>
internal static class AugmentationText
{
    private const string RangeSeparator = "..";

    private static readonly Setting[] _settings =
    [
        Range("scale", 0.001f, 1, o => o.CropScale, (o, v) => o with { CropScale = v }),
        Range("ratio", 0.1f, 10, o => o.CropRatio, (o, v) => o with { CropRatio = v }),
        Number("hflip", 1, o => o.HorizontalFlip, (o, v) => o with { HorizontalFlip = v }),
        Number("vflip", 1, o => o.VerticalFlip, (o, v) => o with { VerticalFlip = v }),
        Number("rotate", 180, o => o.Rotation, (o, v) => o with { Rotation = v }),
        Number("translate", 1, o => o.Translate, (o, v) => o with { Translate = v }),
        Range("zoom", 0.1f, 10, o => o.Zoom, (o, v) => o with { Zoom = v }),
        Number("shear", 60, o => o.Shear, (o, v) => o with { Shear = v }),
        Number("brightness", 1, o => o.Brightness, (o, v) => o with { Brightness = v }),
        Number("contrast", 1, o => o.Contrast, (o, v) => o with { Contrast = v }),
        Number("saturation", 1, o => o.Saturation, (o, v) => o with { Saturation = v }),
        Number("hue", 0.5f, o => o.Hue, (o, v) => o with { Hue = v }),
        Number("gray", 1, o => o.Gray, (o, v) => o with { Gray = v }),
        Number("blur", 1, o => o.Blur, (o, v) => o with { Blur = v }),
        Range("sigma", 0.01f, 20, o => o.BlurSigma, (o, v) => o with { BlurSigma = v }),
        Number("erase", 1, o => o.Erase, (o, v) => o with { Erase = v }),
        Range("erase-area", 0.0001f, 1, o => o.EraseArea, (o, v) => o with { EraseArea = v }),
        Range("erase-ratio", 0.1f, 10, o => o.EraseRatio, (o, v) => o with { EraseRatio = v }),
        Number("mixup", 10, o => o.Mixup, (o, v) => o with { Mixup = v }),
        Number("cutmix", 10, o => o.CutMix, (o, v) => o with { CutMix = v }),
        new("trivial", "on or off", o => o.TrivialAugment ? "on" : "off", ReadTrivial),
    ];

    /// <summary>Gives null where the value does not fit.</summary>
    private delegate AugmentationOptions? Reader(AugmentationOptions options, string value);

    /// <exception cref="UserException">See <see cref="AugmentationOptions.Parse"/>.</exception>
    public static AugmentationOptions Parse(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        bool hasPreset = !parts[0].Contains('=');
        var options = hasPreset ? AugmentationOptions.Preset(parts[0]) : AugmentationOptions.None;
        foreach (string part in parts.Skip(hasPreset ? 1 : 0)) options = Override(options, part);
        return options;
    }

    public static string Write(AugmentationOptions options)
        => AugmentationOptions.PresetNames.Select(preset => Write(options, preset)).MinBy(text => text.Length)!;

    private static string Write(AugmentationOptions options, string preset)
    {
        var start = AugmentationOptions.Preset(preset);
        return string.Join(',', _settings.Where(s => s.Write(options) != s.Write(start)).Select(s => $"{s.Key}={s.Write(options)}").Prepend(preset));
    }

    private static AugmentationOptions Override(AugmentationOptions options, string part)
    {
        int equals = part.IndexOf('=');
        string key = equals < 0 ? part : part[..equals].Trim();
        var setting = _settings.FirstOrDefault(s => s.Key == key)
            ?? throw new UserException($"augmentation '{key}' is not known; a preset comes first ({string.Join(", ", AugmentationOptions.PresetNames)}), then {string.Join(", ", _settings.Select(s => s.Key))}");
        string value = equals < 0 ? "" : part[(equals + 1)..].Trim();
        return setting.Read(options, value) ?? throw new UserException($"augmentation {key}: '{value}' does not do; it takes {setting.Takes}");
    }

    private static Setting Number(string key, float max, Func<AugmentationOptions, float> get, Func<AugmentationOptions, float, AugmentationOptions> set)
        => new(key, $"a number from 0 to {Text(max)}", o => Text(get(o)), (o, value) => TryNumber(value, 0, max, out float number) ? set(o, number) : null);

    private static Setting Range(string key, float min, float max, Func<AugmentationOptions, FloatRange> get, Func<AugmentationOptions, FloatRange, AugmentationOptions> set)
        => new(key, $"a range low{RangeSeparator}high within {Text(min)} to {Text(max)}", o => Text(get(o)), (o, value) =>
        {
            // One number is the range that holds it alone.
            var ends = value.Split(RangeSeparator, StringSplitOptions.TrimEntries);
            return ends.Length <= 2 && TryNumber(ends[0], min, max, out float low) && TryNumber(ends[^1], min, max, out float high) && low <= high ? set(o, new(low, high)) : null;
        });

    private static AugmentationOptions? ReadTrivial(AugmentationOptions options, string value) => value switch
    {
        "on" or "true" or "1" => options with { TrivialAugment = true },
        "off" or "false" or "0" => options with { TrivialAugment = false },
        _ => null,
    };

    private static bool TryNumber(string text, float min, float max, out float value)
        => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;

    private static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(FloatRange range) => range.Low == range.High ? Text(range.Low) : $"{Text(range.Low)}{RangeSeparator}{Text(range.High)}";

    /// <param name="Key">As typed.</param>
    /// <param name="Takes">What it accepts, for errors.</param>
    /// <param name="Write">The value as text.</param>
    /// <param name="Read">Options with the value.</param>
    private sealed record Setting(string Key, string Takes, Func<AugmentationOptions, string> Write, Reader Read);
}
