using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Weights;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>Every way to write down a ResNet converts, and the converted logits are ONNX Runtime's.</summary>
public sealed class OnnxDialectTests
{
    private static readonly ResNetSpec Bottleneck = OnnxNetworks.Small with { Block = BlockKind.Bottleneck, Widths = [4, 6] };

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(22)]
    public void OperatorSets(int opset)
    {
        OnnxConversion.Agrees(OnnxNetworks.Small, new OnnxDialect { Opset = opset });
        OnnxConversion.Agrees(OnnxNetworks.Small, new OnnxDialect { Opset = opset, Mean = MeanForm.ReduceMean, Rows = RowForm.Squeeze, Pad = PadForm.Nodes, Numeric = true, PassThrough = true });
    }

    [Theory]
    [InlineData(false, "Nodes")]
    [InlineData(false, "Folded")]
    [InlineData(true, "Nodes")]
    [InlineData(true, "NodesBehindBias")]
    [InlineData(true, "Folded")]
    [InlineData(false, "FoldedInStem")]
    public void NamesAndBatchNorms(bool numeric, string norm) => OnnxConversion.Agrees(Bottleneck, new OnnxDialect { Numeric = numeric, Norm = Enum.Parse<NormForm>(norm) });

    /// <summary>Pictures of 0 to 1 go in; the same network without the nodes takes them normalised.</summary>
    [Fact]
    public void NormalisationInTheGraph()
    {
        var drawn = OnnxNetworks.Small.Preprocessing;
        OnnxConversion.Agrees(OnnxNetworks.Small, new OnnxDialect(), reference: new OnnxDialect(), edit: graph =>
        {
            graph.Insert("conv1.Conv", "Div", "scaled", 0, "std");
            graph.Insert("scaled", "Sub", "centred", 0, "mean");
            graph.Initializers["std"] = new OnnxTensor([3, 1, 1], [.. drawn.Std]);
            graph.Initializers["mean"] = new OnnxTensor([1, 3, 1, 1], [.. drawn.Mean]);
        });
    }

    [Theory]
    [InlineData("GemmOfRows")]
    [InlineData("GemmOfColumns")]
    [InlineData("MatMulAdd")]
    [InlineData("MatMulOfTransposed")]
    [InlineData("Convolution")]
    public void LinearLayers(string form)
    {
        var dialect = new OnnxDialect { Linear = Enum.Parse<LinearForm>(form), PassThrough = true };
        OnnxConversion.Agrees(OnnxNetworks.Small, dialect);
        OnnxConversion.Agrees(OnnxNetworks.Small with { Head = new HeadSpec { Classes = 3, Hidden = [7, 6] } }, dialect with { Numeric = true });
    }

    [Theory]
    [InlineData("Flatten", -1)]
    [InlineData("ReshapeOpenBatch", -1)]
    [InlineData("ReshapeOpenWidth", 2)]
    [InlineData("ReshapeCopiedBatch", -1)]
    [InlineData("ReshapeComputed", -1)]
    [InlineData("ReshapeComputed", 1)]
    [InlineData("Squeeze", 4)]
    public void Rows(string form, int batch)
    {
        OnnxConversion.Agrees(OnnxNetworks.Small, new OnnxDialect { Rows = Enum.Parse<RowForm>(form), Batch = batch });
        OnnxConversion.Agrees(OnnxNetworks.Small, new OnnxDialect { Rows = Enum.Parse<RowForm>(form), Batch = batch, Opset = 11, Numeric = true });
    }

    [Theory]
    [InlineData("GlobalAveragePool", 13)]
    [InlineData("AveragePool", 13)]
    [InlineData("Convolution", 13)]
    [InlineData("ReduceMean", 13)]
    [InlineData("ReduceMeanNegativeAxes", 13)]
    [InlineData("ReduceMeanWithoutAxes", 13)]
    [InlineData("ReduceMeanNegativeAxes", 18)]
    [InlineData("ReduceMeanWithoutAxes", 18)]
    public void Means(string form, int opset) => OnnxConversion.Agrees(OnnxNetworks.Small, new OnnxDialect { Mean = Enum.Parse<MeanForm>(form), Opset = opset });

    // Same padding is symmetric only where the side is odd: 33 → 17 → 9 → 5.
    [Theory]
    [InlineData("Nodes", 32, 10)]
    [InlineData("Nodes", 32, 18)]
    [InlineData("SameUpper", 33, 13)]
    [InlineData("SameLower", 33, 13)]
    public void Padding(string form, int size, int opset)
    {
        var spec = OnnxNetworks.Small with { StemKernel = 7, StemStride = 2, Preprocessing = new Preprocessing { Size = size, CropRatio = 1 } };
        OnnxConversion.Agrees(spec, new OnnxDialect { Pad = Enum.Parse<PadForm>(form), Opset = opset });
        OnnxConversion.Agrees(spec with { Block = BlockKind.Bottleneck }, new OnnxDialect { Pad = Enum.Parse<PadForm>(form), Opset = opset, Norm = NormForm.Folded, Numeric = true });
    }

    [Theory]
    [InlineData("Raw", "ConstantNodes")]
    [InlineData("Raw", "BehindIdentity")]
    [InlineData("Typed", "Initializers")]
    [InlineData("Typed", "ConstantNodes")]
    [InlineData("External", "Initializers")]
    [InlineData("External", "BehindIdentity")]
    [InlineData("Half", "BehindCast")]
    [InlineData("HalfTyped", "BehindCast")]
    public void Storage(string storage, string weights)
        => OnnxConversion.Agrees(OnnxNetworks.Small, new OnnxDialect { Storage = Enum.Parse<TensorStorage>(storage), Weights = Enum.Parse<WeightForm>(weights) });

    /// <summary>ONNX Runtime rounds every value of such a graph to float16, so the yardstick is the same numbers in float32.</summary>
    [Theory]
    [InlineData("Half", true)]
    [InlineData("Half", false)]
    [InlineData("HalfTyped", true)]
    public void GraphsInHalf(string storage, bool castsAtTheEnds)
    {
        var dialect = new OnnxDialect { Storage = Enum.Parse<TensorStorage>(storage), HalfGraph = castsAtTheEnds };
        OnnxConversion.Agrees(OnnxNetworks.Small, dialect, dialect.InSingle);
    }

    [Theory]
    [InlineData("Softmax")]
    [InlineData("LogSoftmax")]
    public void SoftmaxIsLeftOff(string last)
    {
        var dialect = new OnnxDialect { Last = last };
        var notes = OnnxConversion.Agrees(OnnxNetworks.Small, dialect, dialect with { Last = null }).Notes;
        Assert.Contains(notes, note => note.Contains($"{last} 'last' at the end is left off", StringComparison.Ordinal));
    }

    /// <summary>Sides that the graph leaves open are those of --size; ONNX Runtime sees them too.</summary>
    [Theory]
    [InlineData(32)]
    [InlineData(41)]
    [InlineData(224)]
    public void OpenSides(int size)
        => OnnxConversion.Agrees(OnnxNetworks.Small with { Preprocessing = new Preprocessing { Size = size, CropRatio = 1 } }, new OnnxDialect { Rows = RowForm.ReshapeComputed },
            edit: graph => graph.Inputs[0] = graph.Inputs[0] with { Dims = [-1, 3, -1, -1] });

    [Fact]
    public void FactorsOfAGemm() => OnnxConversion.Agrees(OnnxNetworks.Small, new OnnxDialect(), edit: graph =>
    {
        graph.Node("fc.Gemm").Attributes["alpha"] = new OnnxAttribute { Float = 0.5f };
        graph.Node("fc.Gemm").Attributes["beta"] = new OnnxAttribute { Float = -2 };
    });

    /// <summary>The spec has one ε; others move into the variances.</summary>
    [Theory]
    [InlineData("Nodes")]
    [InlineData("FoldedInStem")]
    public void NormsOfDifferentEpsilon(string norm) => OnnxConversion.Agrees(Bottleneck, new OnnxDialect { Norm = Enum.Parse<NormForm>(norm) }, edit: graph =>
    {
        graph.Node("layer1.0.bn2.BatchNormalization").Attributes["epsilon"] = new OnnxAttribute { Float = 0.1f };
        graph.Node("layer2.0.downsample.1.BatchNormalization").Attributes["epsilon"] = new OnnxAttribute { Float = 1e-7f };
    });

    /// <summary>Exporters before opset 13 wrote Dropout with its training arguments and its mask.</summary>
    [Fact]
    public void DropoutWithAllArguments() => OnnxConversion.Agrees(OnnxNetworks.Small, new OnnxDialect { PassThrough = true, Opset = 12 }, edit: graph =>
    {
        graph.Node("fc.dropout").Inputs.AddRange(["ratio", ""]);
        graph.Node("fc.dropout").Outputs.Add("mask");
        graph.Initializers["ratio"] = new OnnxTensor([], [0.5f]);
    });

    [Fact]
    public void UnusedWeightsAreLeftOut() => OnnxConversion.Agrees(OnnxNetworks.Small, new OnnxDialect(), edit: graph =>
    {
        graph.Initializers["num_batches_tracked"] = new OnnxTensor([], null, [7]);
        graph.Initializers["unused"] = new OnnxTensor([2, 2], [1, 2, 3, 4]);
    });

    [Fact]
    public void SumsInsteadOfAdditions() => OnnxConversion.Agrees(OnnxNetworks.Small, new OnnxDialect { Addition = "Sum" });

    [Theory]
    [InlineData("Nodes")]
    [InlineData("Folded")]
    [InlineData("FoldedInStem")]
    public void CalibrationKeepsTheLogits(string norm)
    {
        using var pictures = new TemporaryFolder();
        var random = new Random(2);
        for (int i = 0; i < 8; i++)
        {
            var pixels = new byte[40 * 36 * 3];
            random.NextBytes(pixels);
            ImageWriter.Write(new RgbImage(pixels, 40, 36), Path.Combine(pictures.Path, $"{i}.png"));
        }
        var weights = OnnxConversion.Agrees(Bottleneck, new OnnxDialect { Norm = Enum.Parse<NormForm>(norm) }, calibrate: pictures.Path).Weights;
        Assert.Equal(NormKind.BatchNorm, weights.Spec.Norm);
        Assert.Equal(norm == "Nodes" ? "as in the file" : "folded in the file, recovered by calibration on 8 images", weights.Notes[OnnxConverter.NormKey]);
    }
}
