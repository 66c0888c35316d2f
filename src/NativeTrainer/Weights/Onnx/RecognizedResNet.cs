using NativeTrainer.Models;

namespace NativeTrainer.Weights.Onnx;

/// <summary>A convolution with its place in torchvision's naming.</summary>
/// <param name="Name">Such as <c>layer1.0.conv1</c>.</param>
/// <param name="NormName">Such as <c>layer1.0.bn1</c>.</param>
/// <param name="Norm">The batch norm behind it; null where it was folded.</param>
internal sealed record RecognizedConvolution(string Name, string NormName, OnnxNode Node, OnnxNode? Norm);

/// <summary>A linear layer; its weights as (out, in).</summary>
internal sealed record RecognizedLinear(int Inputs, int Outputs, float[] Weight, float[] Bias);

/// <summary>What a graph turned out to be.</summary>
/// <param name="Input">How it takes pictures.</param>
/// <param name="Temperature">What the graph divides its logits by at its end; 1 where it does not.</param>
/// <param name="Logits">Name of the value that holds the logits, (N, classes) but for axes of length 1.</param>
internal sealed record RecognizedResNet(ResNetSpec Spec, IReadOnlyList<RecognizedConvolution> Convolutions, IReadOnlyList<RecognizedLinear> Head, RecognizedInput Input, double Temperature,
    string Logits, IReadOnlyList<string> Notes);
