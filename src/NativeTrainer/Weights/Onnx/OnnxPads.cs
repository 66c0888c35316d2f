namespace NativeTrainer.Weights.Onnx;

/// <summary>A Pad node's arguments: attributes up to opset 10, inputs from 11 on.</summary>
internal static class OnnxPads
{
    /// <summary>Before each axis, then behind each axis.</summary>
    public static int[] Of(OnnxNode node, IReadOnlyList<OnnxTensor?> inputs)
        => node.Ints("pads") ?? [.. (inputs.ElementAtOrDefault(1) ?? throw new OnnxRefusal(node, "has no pads")).Whole(node).Select(p => (int)Math.Clamp(p, int.MinValue, int.MaxValue))];

    public static float Value(OnnxNode node, IReadOnlyList<OnnxTensor?> inputs) => inputs.ElementAtOrDefault(2)?.Floats is [var value, ..] ? value : node.Float("value", 0);
}
