namespace NativeTrainer.Weights.Onnx;

/// <summary>Global average pool, then linear layers with ReLU between them; a temperature and a Softmax at the end are left off.</summary>
internal sealed class HeadRecognizer(DataFlow flow, List<string> notes)
{
    public List<RecognizedLinear> Layers { get; } = [];

    public string Logits { get; private set; } = "";

    /// <summary>What the logits are divided by at the end; 1 for nothing.</summary>
    public double Temperature { get; private set; } = 1;

    /// <exception cref="OnnxRefusal">What follows the blocks is no such head.</exception>
    public void Read(string value)
    {
        value = ReadPool(value);
        while (true)
        {
            value = SkipReshapes(value);
            var node = Next(value);
            if (node is null) break;
            if (Layers.Count > 0 && Divisor(node) is double divisor)
            {
                Temperature = divisor;
                node = Next(node.Outputs[0]);
                if (node is not (null or { OpType: "Softmax" or "LogSoftmax" })) throw new OnnxRefusal(node, "follows a temperature, behind which only a softmax may stand");
                if (node is null) break;
            }
            if (node.OpType is "Softmax" or "LogSoftmax")
            {
                if (flow.Consumers(node.Outputs[0]) is [var behind, ..]) throw new OnnxRefusal(behind, "follows the softmax");
                notes.Add($"{node} at the end is left off: the model gives logits");
                break;
            }
            if (Layers.Count > 0)
            {
                if (node.OpType != "Relu") throw new OnnxRefusal(node, "is not expected here: a ReLU stands between linear layers, and a softmax alone may follow the last");
                value = SkipReshapes(node.Outputs[0]);
                node = Next(value) ?? throw new OnnxRefusal(node, "ends the graph; a classifier ends with a linear layer");
            }
            value = ReadLinear(node);
        }
        if (Layers.Count == 0) throw new OnnxRefusal(new OnnxNode { OpType = "output", Name = value }, "ends the graph without a linear layer; export the model with its classifier");
        if (Layers[^1].Outputs < 2) throw new OnnxRefusal(new OnnxNode { OpType = "output", Name = value }, $"has {Layers[^1].Outputs} class; a classifier has at least 2");
        Logits = value;
    }

    /// <summary>A node that divides by one number above 0, as temperature scaling does; else null.</summary>
    private double? Divisor(OnnxNode node)
    {
        if (node.OpType is not ("Div" or "Mul") || flow.Constant(node, 1)?.Floats is not [> 0 and var number]) return null;
        return node.OpType == "Div" ? number : 1.0 / number;
    }

    private OnnxNode? Next(string value) => flow.Consumers(value) switch
    {
        [] => null,
        [var node] => node,
        [_, var second, ..] => throw new OnnxRefusal(second, "is a second branch behind the global pool"),
    };

    private string ReadPool(string value)
    {
        int[] shape = flow.Shape(value);
        var node = Next(value) ?? throw new OnnxRefusal(new OnnxNode { OpType = "output", Name = value }, "ends the graph before a global average pool and a classifier");
        bool pools = node.OpType switch
        {
            "GlobalAveragePool" or "ReduceMean" => true,
            "AveragePool" => node.Ints("kernel_shape") is [var r, var s] && r == shape[2] && s == shape[3] && (node.Ints("pads") ?? []).All(p => p == 0),
            "Conv" => IsAverage(node, shape),
            _ => false,
        };
        if (!pools) throw new OnnxRefusal(node, $"gets {shape[1]} maps of {shape[3]} × {shape[2]} pixels; a ResNet averages each map over all its pixels here");
        return node.OpType is "GlobalAveragePool" or "ReduceMean" || flow.Shape(node.Outputs[0])[2..].All(d => d == 1) ? node.Outputs[0]
            : throw new OnnxRefusal(node, "does not average each map to one value");
    }

    /// <summary>Some vendors' tools turn the pool into a convolution with one group per channel and equal weights.</summary>
    private bool IsAverage(OnnxNode node, int[] shape)
    {
        var weight = flow.Constant(node, 1);
        if (weight?.Floats is null || node.Int("group", 1) != shape[1] || weight.Shape[2] != shape[2] || weight.Shape[3] != shape[3] || flow.Bias(node) is not null) return false;
        float share = 1f / (shape[2] * shape[3]);
        return weight.Floats.All(w => w == share);
    }

    private string SkipReshapes(string value)
    {
        while (Next(value) is { OpType: "Flatten" or "Reshape" or "Squeeze" } node)
        {
            if (flow.Shape(node.Outputs[0])[0] != flow.Shape(value)[0]) throw new OnnxRefusal(node, "mixes the images of a batch");
            value = node.Outputs[0];
        }
        return value;
    }

    private string ReadLinear(OnnxNode node)
    {
        bool product = node.OpType is "Gemm" or "MatMul", pointwise = node.OpType == "Conv" && node.Int("group", 1) == 1;
        if (!product && !pointwise) throw new OnnxRefusal(node, "is not expected here: linear layers follow the global pool");
        var weight = flow.Constant(node, 1) ?? throw new OnnxRefusal(node, "has weights that are computed from the images");
        if (pointwise && (weight.Shape[2] != 1 || weight.Shape[3] != 1 || flow.Shape(node.Outputs[0])[2..].Any(d => d != 1))) throw new OnnxRefusal(node, "is a convolution over pixels behind the global pool");
        bool rows = pointwise || node.Int("transB", 0) != 0;
        flow.InputShape(node);
        int outputs = rows ? weight.Shape[0] : weight.Shape[1], inputs = weight.Count / outputs;
        float alpha = node.Float("alpha", 1), beta = node.Float("beta", 1);
        float[] w = rows ? [.. weight.Real(node)] : Transpose(weight.Real(node), inputs, outputs);
        for (int i = 0; i < w.Length; i++) w[i] *= alpha;
        var bias = flow.Bias(node);
        string value = node.Outputs[0];
        if (bias is null && Next(value) is { OpType: "Add" } add && (flow.Constant(add, 0) ?? flow.Constant(add, 1)) is { } added)
        {
            (bias, beta) = (added, 1);
            value = add.Outputs[0];
        }
        var b = new float[outputs];
        if (bias is not null)
        {
            if (bias.Count != outputs && bias.Count != 1) throw new OnnxRefusal(node, $"adds {bias.Count} values to {outputs} outputs");
            for (int i = 0; i < outputs; i++) b[i] = beta * bias.Real(node)[bias.Count == 1 ? 0 : i];
        }
        Layers.Add(new RecognizedLinear(inputs, outputs, w, b));
        return value;
    }

    private static float[] Transpose(float[] values, int rows, int columns)
    {
        var turned = new float[values.Length];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c];
        return turned;
    }
}
