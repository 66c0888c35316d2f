using NativeTrainer.Models;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>Graphs that are no ResNet of a known kind are refused, with the node and the reason.</summary>
public sealed class OnnxRefusalTests
{
    private const string FirstBlock = "layer1.0.conv1.Conv", Norm = "/layer1.0.bn2.BatchNormalization_output_0";

    /// <summary>What is changed, the node that the message names, and its reason.</summary>
    private static readonly Dictionary<string, (Action<OnnxGraph> Edit, string Node, string Reason)> OtherNetworks = new()
    {
        ["VGG"] = (graph =>
        {
            graph.Skip("layer1.0.add");
            graph.Skip("layer2.0.add");
            graph.Nodes.RemoveAll(node => node.Name.Contains("downsample", StringComparison.Ordinal));
        }, $"Conv '{FirstBlock}'", "where the first residual block should branch"),
        ["ResNeXt"] = (graph =>
        {
            graph.Node("layer1.0.conv2.Conv").Set("group", 2);
            graph.Reshape("layer1.0.conv2.weight", 8, 4, 3, 3);
        }, "Conv 'layer1.0.conv2.Conv'", "has 2 groups: this is a ResNeXt"),
        ["squeeze and excitation"] = (graph =>
        {
            graph.Insert("layer1.0.add", "Mul", "scale", 0, Norm);
            graph.Insert("scale", "Sigmoid", "gate", 1);
        }, "Sigmoid 'gate'", "squeeze and excitation"),
        ["a scaled branch"] = (graph =>
        {
            graph.Insert("layer1.0.add", "Mul", "scale", 0, "half");
            graph.Initializers["half"] = new OnnxTensor([1], [0.5f]);
        }, "Mul 'scale'", "where a plain ResNet has none"),
        ["pre-activation"] = (graph =>
        {
            graph.Insert(FirstBlock, "BatchNormalization", "pre.bn", 0, "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var");
            graph.Insert(FirstBlock, "Relu", "pre.relu");
        }, "BatchNormalization 'pre.bn'", "pre-activation ResNet (v2)"),
        ["pre-activation from the stem on"] = (graph =>
        {
            graph.Skip("maxpool.MaxPool");
            graph.Node("layer1.0.add").Inputs[1] = "/conv1.Conv_output_0";
        }, "BatchNormalization 'bn1.BatchNormalization'", "pre-activation ResNet (v2)"),
        ["ResNet-v2 of the model zoo"] = (graph =>
        {
            graph.Insert("conv1.Conv", "BatchNormalization", "data.bn", 0, "three", "three", "three", "three");
            graph.Initializers["three"] = new OnnxTensor([3], [1, 1, 1]);
        }, "BatchNormalization 'data.bn'", "pre-activation ResNets (v2)"),
        ["no ReLU behind the addition"] = (graph => graph.Skip("layer1.0.relu_2"), "Add 'layer1.0.add'", "is not followed by a ReLU"),
        ["DenseNet"] = (graph => graph.Node("layer1.0.add").OpType = "Concat", "Concat 'layer1.0.add'", "joins tensors"),
        ["ResNet-D"] = (graph => graph.Insert("layer2.0.downsample.0.Conv", "AveragePool", "pool").Set("kernel_shape", 1, 1), "AveragePool 'pool'", "branches off where a residual block has a convolution"),
        ["shortcuts of padded channels"] = (graph =>
        {
            graph.Nodes.RemoveAll(node => node.Name.Contains("downsample", StringComparison.Ordinal));
            graph.Node("layer2.0.conv1.Conv").Set("strides", 1, 1);
            graph.Node("layer2.0.add").Inputs[1] = "/layer1.0.relu_2_output_0";
            graph.Insert("layer2.0.add", "Pad", "pad", 1, "pads");
            graph.Integers("pads", 0, 2, 0, 0, 0, 2, 0, 0);
        }, "Pad 'pad'", "pads otherwise than height and width"),
        ["padding in front of an addition"] = (graph =>
        {
            graph.Node("layer1.0.conv2.Conv").Set("pads", 0, 0, 0, 0);
            graph.Insert("layer1.0.add", "Pad", "pad", 0, "pads");
            graph.Integers("pads", 0, 0, 1, 1, 0, 0, 1, 1);
        }, "Add 'layer1.0.add'", "follows a padding"),
        ["reflection"] = (graph =>
        {
            graph.Insert("conv1.Conv", "Pad", "pad", 0, "pads").Attributes["mode"] = new OnnxAttribute { Text = "reflect" };
            graph.Integers("pads", 0, 0, 1, 1, 0, 0, 1, 1);
        }, "Pad 'pad'", "pads otherwise"),
        ["normalised by rows"] = (graph =>
        {
            graph.Insert("conv1.Conv", "Sub", "centre", 0, "mean");
            graph.Initializers["mean"] = new OnnxTensor([32, 1], new float[32]);
        }, "Sub 'centre'", "one per channel"),
        ["negatives"] = (graph =>
        {
            graph.Insert("conv1.Conv", "Mul", "turn", 0, "minus");
            graph.Initializers["minus"] = new OnnxTensor([], [-1]);
        }, "Mul 'turn'", "no larger for brighter pixels"),
        ["something behind a temperature"] = (graph =>
        {
            var end = graph.Node("fc.Gemm");
            graph.Nodes.Add(new OnnxNode { OpType = "Div", Name = "temperature", Inputs = { end.Outputs[0], "two" }, Outputs = { "scaled" } });
            graph.Nodes.Add(new OnnxNode { OpType = "Relu", Name = "last", Inputs = { "scaled" }, Outputs = { "last" } });
            graph.Initializers["two"] = new OnnxTensor([], [2]);
            graph.Outputs[0] = graph.Outputs[0] with { Name = "last" };
        }, "Relu 'last'", "only a softmax may stand"),
        ["not averaged"] = (graph =>
        {
            graph.Skip("avgpool");
            graph.Reshape("fc.weight", 5, 12 * 8 * 8);
        }, "Flatten 'flatten'", "gets 12 maps of 8 × 8 pixels"),
        ["averaged in parts"] = (graph =>
        {
            var pool = graph.Node("avgpool");
            pool.OpType = "AveragePool";
            pool.Set("kernel_shape", 4, 4);
            pool.Set("strides", 4, 4);
            graph.Reshape("fc.weight", 5, 12 * 2 * 2);
        }, "AveragePool 'avgpool'", "averages each map over all its pixels"),
        ["without a classifier"] = (graph => graph.Outputs[0] = graph.Outputs[0] with { Name = "/flatten_output_0" }, "output '/flatten_output_0'", "without a linear layer"),
        ["an activation of another family"] = (graph => graph.Node("layer1.0.relu").OpType = "HardSwish", "HardSwish 'layer1.0.relu'", "is no operator of a ResNet"),
        ["many labels"] = (graph =>
        {
            graph.Nodes[^1].Outputs[0] = "scores";
            graph.Nodes.Add(new OnnxNode { OpType = "Sigmoid", Name = "probabilities", Inputs = { "scores" }, Outputs = { "logits" } });
        }, "Sigmoid 'probabilities'", "is no operator of a ResNet"),
        ["quantised"] = (graph => graph.Insert(FirstBlock, "DequantizeLinear", "q", 0, "bn1.bias"), "DequantizeLinear 'q'", "export it in float32"),
        ["of one runtime"] = (graph => graph.Node(FirstBlock).Domain = "com.microsoft", $"Conv '{FirstBlock}'", "of the domain 'com.microsoft'"),
    };

    private static readonly Dictionary<string, (Action<OnnxGraph> Edit, string Node, string Reason)> OtherSettings = new()
    {
        ["dilated"] = (graph =>
        {
            graph.Node(FirstBlock).Set("dilations", 2, 2);
            graph.Node(FirstBlock).Set("pads", 2, 2, 2, 2);
        }, $"Conv '{FirstBlock}'", "is dilated"),
        ["uneven pads"] = (graph => graph.Node("conv1.Conv").Set("pads", 0, 0, 2, 2), "Conv 'conv1.Conv'", "pads by 0, 0, 2, 2 pixels; 1 on each side is known"),
        ["uneven automatic pads"] = (graph =>
        {
            graph.Node("layer2.0.conv1.Conv").Attributes.Remove("pads");
            graph.Node("layer2.0.conv1.Conv").Attributes["auto_pad"] = new OnnxAttribute { Text = "SAME_UPPER" };
        }, "Conv 'layer2.0.conv1.Conv'", "pads by 0, 0, 1, 1 pixels"),
        ["uneven strides"] = (graph => graph.Node("conv1.Conv").Set("strides", 1, 2), "Conv 'conv1.Conv'", "with strides 1, 2; square"),
        ["uneven pool"] = (graph => graph.Node("maxpool.MaxPool").Set("strides", 1, 2), "MaxPool 'maxpool.MaxPool'", "different windows, strides or pads"),
        ["pictures of two channels"] = (graph =>
        {
            graph.Inputs[0] = graph.Inputs[0] with { Dims = [-1, 2, 32, 32] };
            graph.Reshape("conv1.weight", 8, 2, 3, 3);
        }, "Conv 'conv1.Conv'", "reads pictures of 2 channels; red, green and blue, or gray, are known"),
        ["a wide block"] = (graph =>
        {
            graph.Reshape("layer1.0.conv1.weight", 10, 8, 3, 3);
            graph.Reshape("layer1.0.conv2.weight", 8, 10, 3, 3);
            foreach (string name in new[] { "weight", "bias", "running_mean", "running_var" }) graph.Reshape($"layer1.0.bn1.{name}", 10);
        }, $"Conv '{FirstBlock}'", "starts a block of the widths 10, 8"),
        ["training mode"] = (graph => graph.Node("bn1.BatchNormalization").Set("training_mode", 1), "BatchNormalization 'bn1.BatchNormalization'", "model.eval()"),
        ["untrained"] = (graph => Array.Fill(graph.Initializers["layer1.0.conv1.weight"].Floats!, 0.5f), $"Conv '{FirstBlock}'", "without trained weights"),
        ["weights left out"] = (graph =>
        {
            graph.Integers("shape", 8, 8, 3, 3);
            graph.Nodes.Insert(0, new OnnxNode { OpType = "ConstantOfShape", Name = "fill", Inputs = { "shape" }, Outputs = { "filled" } });
            graph.Node(FirstBlock).Inputs[1] = "filled";
        }, $"Conv '{FirstBlock}'", "without trained weights"),
        ["no ReLU between linear layers"] = (graph => graph.Skip("fc.1"), "Gemm 'fc.3.Gemm'", "a ReLU stands between linear layers"),
        ["mixed images"] = (graph =>
        {
            graph.Node("flatten").OpType = "Reshape";
            graph.Node("flatten").Inputs.Add("shape");
            graph.Integers("shape", 1, -1);
        }, "Gemm 'fc.0.Gemm'", "multiplies (1, 24)"),
        ["one class"] = (graph =>
        {
            graph.Reshape("fc.3.weight", 1, 7);
            graph.Reshape("fc.3.bias", 1);
        }, "output 'logits'", "has 1 class"),
    };

    private static readonly Dictionary<string, (Action<OnnxGraph> Edit, string Node, string Reason)> BrokenGraphs = new()
    {
        ["a cycle"] = (graph => graph.Node(FirstBlock).Inputs[0] = "/layer1.0.relu_2_output_0", $"Conv '{FirstBlock}'", "reads '/layer1.0.relu_2_output_0', which no node before it makes"),
        ["a value made twice"] = (graph => graph.Node("layer1.0.relu").Outputs[0] = "/relu_output_0", "Relu 'layer1.0.relu'", "makes '/relu_output_0', which is there already"),
        ["a missing weight"] = (graph => graph.Initializers.Remove("layer1.0.conv2.weight"), "Conv 'layer1.0.conv2.Conv'", "reads 'layer1.0.conv2.weight'"),
        ["a missing output"] = (graph => graph.Outputs[0] = graph.Outputs[0] with { Name = "scores" }, "Gemm 'fc.3.Gemm'", "none makes the output 'scores'"),
        ["weights of another shape"] = (graph => graph.Reshape("layer1.0.conv2.weight", 8, 9, 3, 3), "Conv 'layer1.0.conv2.Conv'", "gets an input (2, 8, 16, 16) for weights (8, 9, 3, 3)"),
        ["a short bias"] = (graph => graph.Reshape("fc.0.bias", 3), "Gemm 'fc.0.Gemm'", "adds (3) to 7 columns"),
        ["weights that are no numbers"] = (graph => graph.Initializers["fc.0.weight"].Floats![0] = float.NaN, "logits that are no finite numbers", "download or export it again"),
        ["two inputs"] = (graph => graph.Inputs.Add(new OnnxValue("other", 1, [-1, 3, 32, 32])), "has 2 inputs and 1 outputs", "a classifier has one of each"),
        ["two outputs"] = (graph => graph.Outputs.Add(new OnnxValue("/flatten_output_0", 1, [-1, 12])), "has 1 inputs and 2 outputs", "a classifier has one of each"),
        ["channels last"] = (graph => graph.Inputs[0] = graph.Inputs[0] with { Dims = [-1, 32, 32, 3] }, "? × 32 × 32 × 3", "channels first"),
        ["a vector"] = (graph => graph.Inputs[0] = graph.Inputs[0] with { Dims = [-1, 3072] }, "is ? × 3072", "images (N, C, H, W) are needed"),
        ["an oblong picture"] = (graph => graph.Inputs[0] = graph.Inputs[0] with { Dims = [-1, 3, 32, 48] }, "? × 3 × 32 × 48", "square images"),
        ["a giant batch"] = (graph => graph.Inputs[0] = graph.Inputs[0] with { Dims = [1 << 20, 3, 32, 32] }, "1048576 × 3 × 32 × 32", "too large to check"),
        ["an old operator set"] = (graph => graph.Opset = 6, "opset 6", "opset 7 or later is needed"),
    };

    public static TheoryData<string> NamesOfNetworks => [.. OtherNetworks.Keys];

    public static TheoryData<string> NamesOfSettings => [.. OtherSettings.Keys];

    public static TheoryData<string> NamesOfBroken => [.. BrokenGraphs.Keys];

    [Theory]
    [MemberData(nameof(NamesOfNetworks))]
    public void OtherNetworksAreRefused(string name) => IsRefused(OnnxNetworks.Small, OtherNetworks[name]);

    [Theory]
    [MemberData(nameof(NamesOfSettings))]
    public void OtherSettingsAreRefused(string name) => IsRefused(OnnxNetworks.Small with { Head = new HeadSpec { Classes = 5, Hidden = [7] } }, OtherSettings[name]);

    [Theory]
    [MemberData(nameof(NamesOfBroken))]
    public void BrokenGraphsAreRefused(string name) => IsRefused(OnnxNetworks.Small with { Head = new HeadSpec { Classes = 5, Hidden = [7] } }, BrokenGraphs[name]);

    private static void IsRefused(ResNetSpec spec, (Action<OnnxGraph> Edit, string Node, string Reason) other)
    {
        using var folder = new TemporaryFolder();
        string path = OnnxNetworks.Save(folder, spec, new OnnxDialect(), edit: other.Edit);
        string message = OnnxConversion.Refusal(folder, path);
        Assert.Contains(other.Node, message, StringComparison.Ordinal);
        Assert.Contains(other.Reason, message, StringComparison.Ordinal);
    }
}
