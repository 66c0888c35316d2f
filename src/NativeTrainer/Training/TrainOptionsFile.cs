using System.Text.Json;
using System.Text.Json.Serialization;
using NativeTrainer.Imaging;
using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>
/// <see cref="TrainOptions"/> as a JSON file: camelCase names as in the record, enumerations as on the command line (<c>two-stage</c>).
/// Absent members take their defaults; unknown ones are refused.
/// </summary>
public static class TrainOptionsFile
{
    public const string Name = "options.json";

    /// <exception cref="UserException">The file is missing, is not JSON, or has a member or value that is not known.</exception>
    public static TrainOptions Load(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (JsonException error)
        {
            string place = error.LineNumber is long line ? $"{path}:{line + 1}" : path;
            throw new UserException($"{place}: these are not training options: {FirstSentence(error.Message)}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: the options cannot be read: {error.Message}", error);
        }
    }

    /// <exception cref="JsonException">The text is not JSON, or has a member or value that is not known.</exception>
    public static TrainOptions Parse(ReadOnlySpan<byte> json)
        => JsonSerializer.Deserialize(json, TrainOptionsJson.Default.TrainOptions) ?? throw new JsonException("the file holds only null");

    public static string Format(TrainOptions options) => JsonSerializer.Serialize(options, TrainOptionsJson.Default.TrainOptions) + "\n";

    // "The JSON value could not be converted to X. Path: $.epochs | LineNumber: 1 | …": the tail repeats the place.
    private static string FirstSentence(string message)
    {
        int path = message.IndexOf(" Path: ", StringComparison.Ordinal), tail = message.IndexOf(" | LineNumber", StringComparison.Ordinal);
        return path >= 0 && tail > path ? $"{message[..path].TrimEnd('.')} (at {message[(path + 7)..tail]})" : message;
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    Converters =
    [
        typeof(KebabCaseConverter<TrainingStrategy>), typeof(KebabCaseConverter<BatchNormPolicy>), typeof(KebabCaseConverter<ScheduleKind>),
        typeof(KebabCaseConverter<OptimizerKind>), typeof(KebabCaseConverter<BalanceKind>), typeof(KebabCaseConverter<SelectionMetric>),
        typeof(KebabCaseConverter<PrecisionChoice>), typeof(KebabCaseConverter<FewShotHeadKind>), typeof(KebabCaseConverter<UnfreezeKind>),
    ])]
[JsonSerializable(typeof(TrainOptions))]
internal sealed partial class TrainOptionsJson : JsonSerializerContext;

/// <summary>Enumerations as the command line spells them: <c>TwoStage</c> is <c>two-stage</c>.</summary>
internal sealed class KebabCaseConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) where T : struct, Enum;
