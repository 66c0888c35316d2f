using System.CommandLine;
using System.Globalization;

namespace NativeTrainer.Cli.Arguments;

/// <summary>How the data set is read.</summary>
internal static class DataFlags
{
    /// <summary>Of a box's width and height on each side: enough to see what borders on the object.</summary>
    public const float UsualMargin = 0.1f;

    /// <summary>Null where it stands without a number.</summary>
    public static Option<float?> CropBoxes() => new("--crop-boxes")
    {
        HelpName = "MARGIN",
        Description = string.Create(CultureInfo.InvariantCulture, $"Take each box of the annotations, with so much of its size around it, rather than whole pictures. [without a number: {UsualMargin}]"),
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result =>
        {
            if (result.Tokens.Count == 0) return null;
            string text = result.Tokens[0].Value;
            if (!float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value)) result.AddError($"--crop-boxes '{text}' is not a number");
            return value;
        },
    };

    /// <summary>Null where boxes are not wanted.</summary>
    public static double? Margin(ParseResult parsed, Option<float?> option) => parsed.Given(option) ? (parsed.GetValue(option) ?? UsualMargin) : null;
}
