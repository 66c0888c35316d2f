using System.Text.Json;
using System.Text.Json.Serialization;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Weights;

/// <summary>
/// A model on disk: safetensors with torchvision's names and layout (others are read by <see cref="StateDict"/>), and in the metadata the spec (<c>nativetrainer.spec</c>, JSON), labels
/// (<c>nativetrainer.labels</c>, JSON array), <c>license</c> and <c>source</c>.
/// </summary>
public static class ModelFile
{
    private const string SpecKey = "nativetrainer.spec", LabelsKey = "nativetrainer.labels", LicenseKey = "license", SourceKey = "source";

    /// <summary>Of an ONNX file, what <see cref="OnnxConverter"/> makes of it.</summary>
    /// <exception cref="UserException">The file is missing, damaged, or of no ResNet.</exception>
    public static ModelWeights Load(string path)
    {
        if (IsOnnx(path)) return OnnxConverter.Load(path);
        using var file = SafeTensors.Open(path);
        string Text(string key) => file.Metadata.GetValueOrDefault(key) ?? "";
        if (!file.Metadata.ContainsKey(SpecKey)) return StateDict.Read(file);
        ResNetSpec spec;
        string[]? labels;
        try
        {
            spec = JsonSerializer.Deserialize(Text(SpecKey), ModelFileJson.Default.ResNetSpec) ?? throw new JsonException("null");
            labels = file.Metadata.ContainsKey(LabelsKey) ? JsonSerializer.Deserialize(Text(LabelsKey), ModelFileJson.Default.StringArray) : null;
        }
        catch (JsonException error)
        {
            throw new UserException($"{path}: its metadata cannot be read ({error.Message.Split('\n')[0]}); convert or download the file again", error);
        }
        return new ModelWeights
        {
            Spec = spec,
            Labels = labels,
            License = file.Metadata.GetValueOrDefault(LicenseKey),
            Source = file.Metadata.GetValueOrDefault(SourceKey),
            Notes = file.Metadata.Where(pair => pair.Key is not (SpecKey or LabelsKey or LicenseKey or SourceKey)).ToDictionary(),
            Tensors = file.Tensors.ToDictionary(t => t.Name, t => new HostTensor([.. t.Shape], file.ReadFloat32(t.Name))),
        };
    }

    /// <summary>By its name.</summary>
    public static bool IsOnnx(string path) => Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>Sets one entry of the metadata; the tensors stay as they are, to the byte.</summary>
    /// <exception cref="UserException">The file is missing, damaged or not made by this program, or cannot be written.</exception>
    internal static void SetNote(string path, string key, string value)
    {
        Dictionary<string, string> metadata;
        List<TensorData> tensors;
        using (var file = SafeTensors.Open(path))
        {
            if (!file.Metadata.ContainsKey(SpecKey)) throw new UserException($"{path}: was not written by this program, and other programs' files are left as they are; convert it first");
            metadata = new Dictionary<string, string>(file.Metadata) { [key] = value };
            tensors = [.. file.Tensors.Select(entry => new TensorData(entry, file.ReadBytes(entry.Name)))];
        }
        SafeTensors.Write(path, tensors, metadata);
    }

    /// <summary>Writes atomically: the file is whole or not there.</summary>
    /// <exception cref="UserException">The folder cannot be written or the disk is full.</exception>
    public static void Save(string path, ModelWeights weights)
    {
        var metadata = new Dictionary<string, string>(weights.Notes) { [SpecKey] = JsonSerializer.Serialize(weights.Spec, ModelFileJson.Default.ResNetSpec) };
        if (weights.Labels is not null) metadata[LabelsKey] = JsonSerializer.Serialize([.. weights.Labels], ModelFileJson.Default.StringArray);
        if (weights.License is not null) metadata[LicenseKey] = weights.License;
        if (weights.Source is not null) metadata[SourceKey] = weights.Source;
        SafeTensors.Write(path, [.. weights.Tensors.Select(t => SafeTensors.FromFloat32(t.Key, t.Value.Shape, t.Value.Data))], metadata);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ResNetSpec))]
[JsonSerializable(typeof(Preprocessing))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ModelFileJson : JsonSerializerContext;
