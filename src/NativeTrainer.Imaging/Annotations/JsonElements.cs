using System.Text.Json;

namespace NativeTrainer.Imaging.Annotations;

/// <summary>Members that may be absent or of another type: each tool has several dialects.</summary>
internal static class JsonElements
{
    public static JsonElement? Member(this JsonElement element, string name)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A text, or a number as it is written; null for anything else.</summary>
    public static string? Text(this JsonElement element, string name) => element.Member(name) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } value ? value.ToString() : null;

    public static double? Number(this JsonElement element, string name) => element.Member(name) is { } value ? value.AsNumber() : null;

    public static double? AsNumber(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String when Numbers.TryParse(value.GetString(), out double number) => number,
        _ => null,
    };

    public static int Pixels(this JsonElement element, string name) => element.Number(name) is >= 1 and <= int.MaxValue and double value ? (int)value : 0;

    /// <summary>True, 1 or "true".</summary>
    public static bool Flag(this JsonElement element, string name) => element.Member(name) is { } value &&
        (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.Number && value.GetDouble() != 0) || (value.ValueKind == JsonValueKind.String && value.GetString() is "1" or "true" or "True"));

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name)
        => element.Member(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];
}
