using System.Text.Json;
using NativeTrainer.Models;

namespace NativeTrainer.Tests.Weights;

/// <summary>The manifest of public weights says of each file what a person needs before using it.</summary>
public sealed class ManifestTests
{
    private static readonly JsonElement[] Entries = Read();

    [Fact]
    public void NamesAreUnique() => Assert.Equal(Entries.Length, Entries.Select(e => Text(e, "name")).Distinct().Count());

    [Fact]
    public void EveryEntryIsWhole() => Assert.All(Entries, entry =>
    {
        Assert.Contains(Text(entry, "architecture"), ResNetSpec.KnownNames);
        Assert.Matches("^(safetensors|onnx)$", Text(entry, "format"));
        Assert.All((string[])["url", "licenseSource"], name => Assert.StartsWith("https://", Text(entry, name)));
        Assert.Matches("^(MIT|BSD-3-Clause|Apache-2.0|CC-BY-NC-4.0)$", Text(entry, "license"));
        Assert.True(entry.GetProperty("classes").GetInt32() >= 2);
        if (entry.GetProperty("sha256") is { ValueKind: not JsonValueKind.Null } hash) Assert.Matches("^[0-9a-f]{64}$", hash.GetString());
        if (entry.GetProperty("originalFile") is { ValueKind: JsonValueKind.Object } original)
        {
            Assert.Matches("^[0-9a-f]{8}$", Text(original, "sha256Prefix"));
            Assert.Contains(Text(original, "sha256Prefix"), Text(original, "url"));
        }
        bool stated = entry.GetProperty("top1").ValueKind != JsonValueKind.Null;
        Assert.Equal(stated, entry.GetProperty("top1Source").ValueKind != JsonValueKind.Null);
        if (stated) Assert.InRange(entry.GetProperty("top1").GetDouble(), 0.5, 0.9);
    });

    [Fact]
    public void PreprocessingAndCommandAgree() => Assert.All(Entries, entry =>
    {
        var input = entry.GetProperty("preprocessing");
        string command = Text(entry, "convert");
        Assert.Equal(3, input.GetProperty("mean").GetArrayLength());
        Assert.Equal(3, input.GetProperty("std").GetArrayLength());
        Assert.Equal("RGB", Text(input, "channels"));
        Assert.Equal(224, input.GetProperty("size").GetInt32());
        Assert.Equal(Text(input, "interpolation") == "bicubic", command.Contains("--interpolation bicubic"));
        Assert.Equal(input.GetProperty("cropRatio").GetDouble() != 0.875, command.Contains($"--crop {input.GetProperty("cropRatio").GetRawText()}"));
        Assert.Contains($"--license {Text(entry, "license")}", command);
        Assert.StartsWith($"nativetrainer convert {(Text(entry, "format") == "onnx" ? Path.GetFileName(Text(entry, "url")) : "model.safetensors")} -o {Text(entry, "name")}.safetensors", command);
    });

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;

    private static JsonElement[] Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "weights", "manifest.json")));
        return [.. document.RootElement.GetProperty("weights").EnumerateArray().Select(e => e.Clone())];
    }
}
