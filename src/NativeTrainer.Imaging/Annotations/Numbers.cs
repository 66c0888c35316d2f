using System.Globalization;

namespace NativeTrainer.Imaging.Annotations;

/// <summary>Numbers as annotation files write them: a point for decimals, whatever the machine's language.</summary>
internal static class Numbers
{
    public static bool TryParse(ReadOnlySpan<char> text, out double value)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>"x,y;x,y;…"</summary>
    public static List<(double X, double Y)>? Points(string text)
    {
        var points = new List<(double, double)>();
        foreach (string pair in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = pair.Split(',');
            if (parts.Length != 2 || !TryParse(parts[0], out double x) || !TryParse(parts[1], out double y)) return null;
            points.Add((x, y));
        }
        return points.Count > 0 ? points : null;
    }
}
