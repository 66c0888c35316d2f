using System.Text.Json;
using NativeTrainer.Models;

namespace NativeTrainer.Weights.Onnx;

/// <summary>
/// What an exported file says of itself in <c>metadata_props</c>: <c>labels</c> (a JSON array, in the order of the outputs), <c>preprocessing</c> (JSON: size, crop ratio, mean, std,
/// interpolation), <c>input</c> (in words), <c>license</c>, <c>source</c>, and the notes of the weights, such as <c>nativetrainer.temperature</c>.
/// </summary>
internal sealed record OnnxMetadata
{
    private const string LabelsKey = "labels", PreprocessingKey = "preprocessing", InputKey = "input", LicenseKey = "license", SourceKey = "source", OwnPrefix = "nativetrainer.";

    public IReadOnlyList<string>? Labels { get; private init; }

    public Preprocessing? Preprocessing { get; private init; }

    public string? License { get; private init; }

    public string? Source { get; private init; }

    public IReadOnlyDictionary<string, string> Notes { get; private init; } = new Dictionary<string, string>();

    public static void Write(OnnxGraph graph, ModelWeights weights, ExportPreprocessing where)
    {
        var pictures = weights.Spec.Preprocessing;
        if (weights.Labels is not null) graph.Metadata[LabelsKey] = JsonSerializer.Serialize([.. weights.Labels], ModelFileJson.Default.StringArray);
        graph.Metadata[PreprocessingKey] = JsonSerializer.Serialize(pictures, ModelFileJson.Default.Preprocessing);
        graph.Metadata[InputKey] = $"RGB, short side resized to {Math.Round(pictures.Size / pictures.CropRatio)}, centre crop of {pictures.Size}; "
            + (where == ExportPreprocessing.Inside ? "uint8 (N, H, W, 3) of 0 to 255" : "float32 (N, 3, H, W), (v / 255 - mean) / std");
        if (weights.License is not null) graph.Metadata[LicenseKey] = weights.License;
        if (weights.Source is not null) graph.Metadata[SourceKey] = weights.Source;
        foreach (var (key, value) in weights.Notes) graph.Metadata[key] = value;
    }

    /// <summary>Of any file: what is not there, or means something else in another program's file, is null.</summary>
    public static OnnxMetadata Read(OnnxGraph graph)
    {
        // Other programs have other uses for these names, but not with our preprocessing beside them.
        if (Parse(graph, PreprocessingKey, ModelFileJson.Default.Preprocessing) is not { Size: > 0, CropRatio: > 0 and <= 1, Mean.Count: 3, Std.Count: 3 } preprocessing) return new OnnxMetadata();
        return new OnnxMetadata
        {
            Preprocessing = preprocessing,
            Labels = Parse(graph, LabelsKey, ModelFileJson.Default.StringArray),
            License = graph.Metadata.GetValueOrDefault(LicenseKey),
            Source = graph.Metadata.GetValueOrDefault(SourceKey),
            Notes = graph.Metadata.Where(pair => pair.Key.StartsWith(OwnPrefix, StringComparison.Ordinal)).ToDictionary(),
        };
    }

    private static T? Parse<T>(OnnxGraph graph, string key, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return graph.Metadata.TryGetValue(key, out string? text) ? JsonSerializer.Deserialize(text, type) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
