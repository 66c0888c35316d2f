using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using System.Text.Json.Serialization;
using NativeTrainer.Training;

namespace NativeTrainer.Reports;

/// <summary>Where and with what a run was made: <c>environment.json</c> of its folder.</summary>
/// <param name="Version">Of this program.</param>
/// <param name="Runtime">Such as .NET 10.0.1.</param>
/// <param name="System">The operating system.</param>
/// <param name="Instructions">The widest vectors that the kernels use: results repeat to the bit on machines with the same.</param>
/// <param name="Parameters">Of the network.</param>
public sealed record RunEnvironment(string Version, string Runtime, string System, string Architecture, int Processors, string Instructions, string Device, string Model, long Parameters, int TrainImages,
    int ValidationImages, long PlannedMemoryBytes)
{
    public const string FileName = "environment.json";

    internal static RunEnvironment Of(TrainingPlan plan) => new(typeof(RunEnvironment).Assembly.GetName().Version!.ToString(3), RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(), Environment.ProcessorCount,
        Vector512.IsHardwareAccelerated ? "512-bit vectors" : Vector256.IsHardwareAccelerated ? "256-bit vectors" : "128-bit vectors",
        plan.Device, plan.Model, plan.TotalParameters, plan.TrainImages, plan.ValidationImages, plan.PeakMemoryBytes);

    internal string Format() => JsonSerializer.Serialize(this, RunEnvironmentJson.Default.RunEnvironment) + "\n";

    internal static RunEnvironment? Parse(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, RunEnvironmentJson.Default.RunEnvironment);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunEnvironment))]
internal sealed partial class RunEnvironmentJson : JsonSerializerContext;
