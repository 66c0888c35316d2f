using System.Globalization;

namespace NativeTrainer.Advice.Audit;

/// <summary>Numbers as sentences have them, the same in every culture.</summary>
internal static class Amount
{
    /// <summary>1,204 pictures.</summary>
    public static string Of(long count, string one, string many) => $"{Of(count)} {(count == 1 ? one : many)}";

    public static string Of(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Pictures(long count) => Of(count, "picture", "pictures");

    /// <summary>0.034 → 3.4 %; below a tenth of a percent: under 0.1 %.</summary>
    public static string Percent(double share) => share switch
    {
        0 => "0 %",
        < 0.001 => "under 0.1 %",
        < 0.1 => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %",
        _ => (100 * share).ToString("0", CultureInfo.InvariantCulture) + " %",
    };

    public static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>a, b and c; beyond <paramref name="most"/>: a, b and 7 others.</summary>
    public static string List(IReadOnlyList<string> names, int most = 4)
    {
        if (names.Count == 0) return "";
        if (names.Count == 1) return names[0];
        return names.Count <= most ? $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}" : $"{string.Join(", ", names.Take(most - 1))} and {Of(names.Count - most + 1)} others";
    }
}
