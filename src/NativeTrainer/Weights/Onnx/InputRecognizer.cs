namespace NativeTrainer.Weights.Onnx;

/// <summary>What stands between a graph's input and its first convolution: channels moved to the front, and a normalisation by constants.</summary>
/// <param name="Value">What the first convolution reads, (N, C, H, W).</param>
/// <param name="Mean">On the scale 0 to 1, per channel; null where nothing is normalised.</param>
internal sealed record RecognizedInput(string Value, GraphInput Form, float[]? Mean, float[]? Std);

/// <summary>Reads the nodes in front of the stem: Transpose, and Mul, Div, Add and Sub with a constant, whose product is x·scale + shift.</summary>
internal sealed class InputRecognizer
{
    /// <summary>Standard deviations of 0…1 are below 1, so 1/std is above it; of 0…255 it is 255 times smaller.</summary>
    private const float BytesScale = 0.2f;

    private readonly DataFlow _flow;
    private double[]? _scale, _shift;
    private bool _channelsLast;

    private InputRecognizer(DataFlow flow) => _flow = flow;

    /// <exception cref="OnnxRefusal">What is in front of the stem normalises in a way that means and deviations cannot say.</exception>
    public static RecognizedInput Read(DataFlow flow) => new InputRecognizer(flow).Read();

    private RecognizedInput Read()
    {
        string value = _flow.Input;
        while (_flow.Consumers(value) is [{ OpType: "Transpose" or "Mul" or "Div" or "Add" or "Sub" } node])
        {
            if (node.OpType == "Transpose") Transpose(node);
            else Affine(node, value);
            value = node.Outputs[0];
        }
        if (_scale is null) return new RecognizedInput(value, new GraphInput(_channelsLast, InputValues.Normalised), null, null);
        bool bytes = _scale.Max() < BytesScale;
        double unit = bytes ? 255 : 1;
        float[] std = [.. _scale.Select(scale => (float)(1 / (scale * unit)))], mean = [.. _scale.Zip(_shift!, (scale, shift) => (float)(-shift / (scale * unit)))];
        return new RecognizedInput(value, new GraphInput(_channelsLast, bytes ? InputValues.Bytes : InputValues.Unit), mean, std);
    }

    private void Transpose(OnnxNode node)
    {
        if (_channelsLast || _scale is not null || node.Ints("perm") is not [0, 3, 1, 2]) throw new OnnxRefusal(node, "stands in front of the first convolution and does not bring channels from the last place to the second");
        _channelsLast = true;
    }

    private void Affine(OnnxNode node, string value)
    {
        bool first = _flow.Source(node, 0) == value;
        var constant = _flow.Constant(node, first ? 1 : 0) ?? throw new OnnxRefusal(node, "stands in front of the first convolution and combines the picture with itself");
        if (!first && node.OpType is "Div" or "Sub") throw new OnnxRefusal(node, "stands in front of the first convolution and turns the picture's values round");
        int channels = _flow.Shape(node.Outputs[0])[1];
        float[] values = constant.Real(node);
        // Of a constant per channel the axis is third from the end.
        if (values.Length != 1 && (values.Length != channels || constant.Shape.Length < 3 || constant.Shape[^3] != channels))
            throw new OnnxRefusal(node, $"normalises by {constant}; one value, or one per channel of (N, C, H, W), is known");
        _scale ??= [.. Enumerable.Repeat(1.0, channels)];
        _shift ??= new double[channels];
        for (int c = 0; c < channels; c++)
        {
            double v = values[values.Length == 1 ? 0 : c];
            (_scale[c], _shift[c]) = node.OpType switch
            {
                "Mul" => (_scale[c] * v, _shift[c] * v),
                "Div" => (_scale[c] / v, _shift[c] / v),
                "Add" => (_scale[c], _shift[c] + v),
                _ => (_scale[c], _shift[c] - v),
            };
            if (!(_scale[c] > 0) || !double.IsFinite(_scale[c]) || !double.IsFinite(_shift[c])) throw new OnnxRefusal(node, "normalises the picture to values that are no larger for brighter pixels");
        }
    }
}
