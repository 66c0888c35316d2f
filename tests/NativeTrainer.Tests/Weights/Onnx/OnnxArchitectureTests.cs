using NativeTrainer.Models;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>The architecture is read from the graph: depths, widths, blocks, strides, stem, pool and head are those that were drawn.</summary>
public sealed class OnnxArchitectureTests
{
    private static readonly OnnxDialect Unnamed = new() { Numeric = true };

    [Theory]
    [InlineData(BlockKind.Basic, "1", "8", "1")]
    [InlineData(BlockKind.Basic, "2,1", "8,8", "1,2")]
    [InlineData(BlockKind.Basic, "1,2,1", "6,10,4", "2,1,2")]
    [InlineData(BlockKind.Basic, "2,2,2,2", "4,5,6,7", "1,2,2,2")]
    [InlineData(BlockKind.Bottleneck, "1,1", "2,4", "1,2")]
    [InlineData(BlockKind.Bottleneck, "2,3", "3,2", "2,2")]
    [InlineData(BlockKind.Bottleneck, "1,1,2,1", "2,3,4,5", "1,2,2,2")]
    public void Stages(BlockKind block, string depths, string widths, string strides)
    {
        var spec = OnnxNetworks.Small with { Block = block, Depths = Numbers(depths), Widths = Numbers(widths), Strides = Numbers(strides) };
        OnnxConversion.Agrees(spec, Unnamed);
        OnnxConversion.Agrees(spec, Unnamed with { Norm = NormForm.Folded });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void StrideOfABottleneck(bool onFirst1x1)
        => OnnxConversion.Agrees(OnnxNetworks.Small with { Block = BlockKind.Bottleneck, StrideOnFirst1x1 = onFirst1x1, Widths = [4, 6] }, Unnamed);

    [Theory]
    [InlineData(7, 2, 64)]
    [InlineData(7, 2, 61)]
    [InlineData(5, 1, 32)]
    [InlineData(3, 2, 45)]
    [InlineData(1, 1, 32)]
    public void Stems(int kernel, int stride, int size)
    {
        var spec = OnnxNetworks.Small with { StemKernel = kernel, StemStride = stride, StemChannels = 10, Preprocessing = new Preprocessing { Size = size, CropRatio = 1 } };
        OnnxConversion.Agrees(spec, Unnamed);
        OnnxConversion.Agrees(spec with { Pool = null }, Unnamed with { Batch = 1 });
    }

    // 32 and 45 tell the roundings apart, with and without padding.
    [Theory]
    [InlineData(3, 2, 1, false)]
    [InlineData(3, 2, 1, true)]
    [InlineData(3, 2, 0, false)]
    [InlineData(3, 2, 0, true)]
    [InlineData(2, 2, 0, false)]
    [InlineData(2, 2, 0, true)]
    [InlineData(3, 3, 1, true)]
    public void Pools(int kernel, int stride, int pad, bool ceil)
    {
        var spec = OnnxNetworks.Small with { Pool = new StemPool(kernel, stride, pad, ceil) };
        foreach (int size in new[] { 32, 45 }) OnnxConversion.Agrees(spec with { Preprocessing = new Preprocessing { Size = size, CropRatio = 1 } }, Unnamed);
    }

    [Fact]
    public void ShortcutsOf3x3() => OnnxConversion.Agrees(OnnxNetworks.Small with { ShortcutKernel = 3 }, Unnamed);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GrayPicturesAreRead(bool folded)
    {
        using var folder = new TemporaryFolder();
        var gray = OnnxNetworks.Small with { InputChannels = 1, Preprocessing = new Preprocessing { Size = 32, CropRatio = 1, Mean = [0.449f], Std = [0.226f] } };
        string file = OnnxNetworks.Save(folder, gray, Unnamed with { Norm = folded ? NormForm.Folded : NormForm.Nodes });
        var weights = OnnxConversion.Convert(file).Weights;
        Assert.Equal((3, 3), (weights.Spec.InputChannels, weights.Spec.Preprocessing.Mean.Count));
        Assert.All(weights.Spec.Preprocessing.Mean, mean => Assert.Equal(0.449, mean, 1e-3));
    }

    [Theory]
    [InlineData(1e-3f)]
    [InlineData(1.001e-5f)]
    public void EpsilonOfTheNorms(float epsilon) => OnnxConversion.Agrees(OnnxNetworks.Small with { NormEpsilon = epsilon }, Unnamed);

    [Theory]
    [InlineData("")]
    [InlineData("9")]
    [InlineData("9,4")]
    public void Heads(string hidden) => OnnxConversion.Agrees(OnnxNetworks.Small with { Head = new HeadSpec { Classes = 2, Hidden = Numbers(hidden) } }, Unnamed);

    [Theory]
    [InlineData(BlockKind.Basic, "2,2,2,2", "resnet18")]
    [InlineData(BlockKind.Basic, "3,4", "resnet34-stages1to2")]
    [InlineData(BlockKind.Bottleneck, "3,4,6", "resnet50-stages1to3")]
    [InlineData(BlockKind.Basic, "1,2", "resnet-basic-1-2")]
    public void TheNameSaysWhatItIs(BlockKind block, string depths, string name)
    {
        int[] counts = Numbers(depths);
        var spec = OnnxNetworks.Small with { Block = block, Depths = counts, Widths = [.. counts.Select(_ => 4)], Strides = [.. counts.Select((_, i) => i == 0 ? 1 : 2)] };
        Assert.Equal(name, OnnxConversion.Agrees(spec, Unnamed).Weights.Spec.Name);
    }

    private static int[] Numbers(string list) => [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
}
