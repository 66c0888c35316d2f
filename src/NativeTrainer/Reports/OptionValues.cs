using System.Text.Json;
using NativeTrainer.Training;

namespace NativeTrainer.Reports;

/// <summary>An option of training with its value as options.json has it.</summary>
internal sealed record OptionValue(string Name, string Value, bool IsDefault);

/// <summary>All options by name.</summary>
internal static class OptionValues
{
    public static IReadOnlyList<OptionValue> Of(TrainOptions options)
    {
        using var given = JsonDocument.Parse(TrainOptionsFile.Format(options));
        using var usual = JsonDocument.Parse(TrainOptionsFile.Format(new TrainOptions { Data = "" }));
        return [.. given.RootElement.EnumerateObject().Where(member => member.Name != "out")
            .Select(member => new OptionValue(Words(member.Name), Text(member.Value), member.Name != "seed" && member.Value.GetRawText() == usual.RootElement.GetProperty(member.Name).GetRawText()))];
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "none",
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array => value.GetArrayLength() == 0 ? "none" : string.Join(", ", value.EnumerateArray().Select(Text)),
        JsonValueKind.Object => value.EnumerateObject().Any() ? string.Join(", ", value.EnumerateObject().Select(member => $"{member.Name}={Text(member.Value)}")) : "none",
        _ => value.GetRawText(),
    };

    /// <summary>learningRate → learning rate.</summary>
    private static string Words(string name) => string.Concat(name.Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));
}
