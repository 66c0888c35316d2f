using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace NativeTrainer.Tests;

/// <summary>Cli → NativeTrainer → {Kernels, Imaging}, and nothing else of ours; no other engine in what ships.</summary>
public sealed class ArchitectureTests
{
    private static readonly string[] Shipped = ["NativeTrainer.Cli", "NativeTrainer", "NativeTrainer.Kernels", "NativeTrainer.Imaging"];

    [Theory]
    [InlineData("NativeTrainer.Cli", "NativeTrainer", "NativeTrainer.Kernels", "NativeTrainer.Imaging")]
    [InlineData("NativeTrainer", "NativeTrainer.Kernels", "NativeTrainer.Imaging")]
    [InlineData("NativeTrainer.Kernels")]
    [InlineData("NativeTrainer.Imaging")]
    public void ReferencesPointDownwards(string assembly, params string[] allowed)
        => Assert.Empty(References(assembly).Where(name => name.StartsWith("NativeTrainer", StringComparison.Ordinal)).Except(allowed));

    [Fact]
    public void ShippedAssembliesHoldNoOtherEngine()
    {
        string[] engines = ["Microsoft.ML.OnnxRuntime", "TorchSharp"];
        Assert.Empty(Shipped.SelectMany(References).Intersect(engines));
    }

    /// <summary>Names of the assemblies that a compiled one refers to, read from its file: nothing is loaded.</summary>
    private static string[] References(string assembly)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll")));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
