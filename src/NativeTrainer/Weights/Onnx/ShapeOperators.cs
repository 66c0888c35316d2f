namespace NativeTrainer.Weights.Onnx;

/// <summary>Operators that move or compute shapes: what exporters put around Flatten and Reshape.</summary>
internal static class ShapeOperators
{
    private const int MaxFilled = 1 << 24;

    public static OnnxTensor Evaluate(OnnxNode node, OnnxTensor?[] inputs)
    {
        OnnxTensor In(int index) => inputs.ElementAtOrDefault(index) ?? throw new OnnxRefusal(node, $"lacks input {index}");
        return node.OpType switch
        {
            "Flatten" => Flatten(node, In(0)),
            "Reshape" => Reshape(node, In(0), node.Ints("shape")?.Select(d => (long)d).ToArray() ?? In(1).Whole(node)),
            "Squeeze" => Squeeze(node, In(0), Axes(node, inputs)),
            "Unsqueeze" => Unsqueeze(node, In(0), Axes(node, inputs)),
            "Shape" => ShapeOf(node, In(0)),
            "Gather" => Gather(node, In(0), In(1)),
            "Concat" => Concat(node, [.. Enumerable.Range(0, inputs.Length).Select(In)]),
            "Slice" => Slice(node, In(0), inputs),
            "Constant" => Constant(node),
            "ConstantOfShape" => ConstantOfShape(node, In(0)),
            _ => throw new OnnxRefusal(node, $"is no operator of a ResNet{Hint(node.OpType)}"),
        };
    }

    /// <summary>What a network with this operator may be.</summary>
    private static string Hint(string type) => type switch
    {
        "Sigmoid" or "HardSigmoid" => " (a gate of squeeze and excitation, or a classifier of many labels?)",
        "HardSwish" or "Clip" => " (this may be a MobileNet or an EfficientNet)",
        "LayerNormalization" or "Erf" or "Gelu" => " (this may be a transformer or a ConvNeXt)",
        "QuantizeLinear" or "DequantizeLinear" or "DynamicQuantizeLinear" or "QLinearConv" or "ConvInteger" => ": the model is quantised; export it in float32",
        _ => "",
    };

    private static OnnxTensor Flatten(OnnxNode node, OnnxTensor x)
    {
        int axis = (int)node.Int("axis", 1);
        if (axis < 0) axis += x.Shape.Length;
        return x with { Shape = [x.Shape.Take(axis).Aggregate(1, (a, b) => a * b), x.Shape.Skip(axis).Aggregate(1, (a, b) => a * b)] };
    }

    private static OnnxTensor Reshape(OnnxNode node, OnnxTensor x, long[] to)
    {
        int[] shape = [.. to.Select((d, i) => d == 0 && node.Int("allowzero", 0) == 0 && i < x.Shape.Length ? x.Shape[i] : checked((int)d))];
        int known = shape.Where(d => d != -1).Aggregate(1, Times), open = Array.IndexOf(shape, -1);
        if (open >= 0 && known > 0) shape[open] = x.Count / known;
        if (shape.Any(d => d < 0) || shape.Aggregate(1, Times) != x.Count) throw new OnnxRefusal(node, $"reshapes {x} to ({string.Join(", ", to)})");
        return x with { Shape = shape };
    }

    private static int Times(int a, int b) => checked(a * b);

    private static int[]? Axes(OnnxNode node, OnnxTensor?[] inputs) => node.Ints("axes") ?? inputs.ElementAtOrDefault(1)?.Whole(node).Select(a => checked((int)a)).ToArray();

    private static OnnxTensor Squeeze(OnnxNode node, OnnxTensor x, int[]? axes)
    {
        int[] shape = [.. x.Shape.Where((d, i) => axes is null ? d != 1 : !axes.Contains(i) && !axes.Contains(i - x.Shape.Length))];
        return shape.Aggregate(1, Times) == x.Count ? x with { Shape = shape } : throw new OnnxRefusal(node, $"squeezes the axes {string.Join(", ", axes ?? [])} of {x}");
    }

    private static OnnxTensor Unsqueeze(OnnxNode node, OnnxTensor x, int[]? axes)
    {
        var shape = x.Shape.ToList();
        int rank = shape.Count + (axes?.Length ?? 0);
        foreach (int axis in (axes ?? []).Select(a => a < 0 ? a + rank : a).Order())
        {
            if (axis < 0 || axis > shape.Count) throw new OnnxRefusal(node, $"adds the axes {string.Join(", ", axes!)} to {x}");
            shape.Insert(axis, 1);
        }
        return x with { Shape = [.. shape] };
    }

    private static OnnxTensor ShapeOf(OnnxNode node, OnnxTensor x)
    {
        int rank = x.Shape.Length, start = Clamp(node.Int("start", 0), rank), end = Clamp(node.Int("end", rank), rank);
        long[] dims = [.. x.Shape[start..Math.Max(start, end)].Select(d => (long)d)];
        return new OnnxTensor([dims.Length], null, dims);
    }

    private static OnnxTensor Gather(OnnxNode node, OnnxTensor x, OnnxTensor indices)
    {
        if (x.Shape.Length != 1) throw new OnnxRefusal(node, $"gathers from {x}; only lists of sizes are gathered in a ResNet");
        long[] from = x.Whole(node);
        if (indices.Whole(node).Any(i => i < -from.Length || i >= from.Length)) throw new OnnxRefusal(node, $"gathers beyond a list of {from.Length}");
        return new OnnxTensor(indices.Shape, null, [.. indices.Whole(node).Select(i => from[i < 0 ? i + from.Length : i])]);
    }

    private static OnnxTensor Concat(OnnxNode node, OnnxTensor[] parts)
    {
        if (parts.Any(p => p.Shape.Length != 1)) throw new OnnxRefusal(node, "joins tensors; a ResNet adds its branches (this may be a DenseNet or an Inception)");
        long[] all = [.. parts.SelectMany(p => p.Whole(node))];
        return new OnnxTensor([all.Length], null, all);
    }

    private static OnnxTensor Slice(OnnxNode node, OnnxTensor x, OnnxTensor?[] inputs)
    {
        long[]? starts = Longs("starts", 1), ends = Longs("ends", 2), steps = Longs("steps", 4);
        long[]? Longs(string name, int index) => node.Ints(name)?.Select(v => (long)v).ToArray() ?? inputs.ElementAtOrDefault(index)?.Whole(node);
        if (x.Shape.Length != 1 || steps is not (null or [1]) || starts is not [var start] || ends is not [var end]) throw new OnnxRefusal(node, "slices more than a list of sizes");
        int from = Clamp(start, x.Count), to = Clamp(end, x.Count);
        long[] part = x.Whole(node)[from..Math.Max(from, to)];
        return new OnnxTensor([part.Length], null, part);
    }

    private static OnnxTensor Constant(OnnxNode node)
    {
        foreach (var (name, attribute) in node.Attributes)
        {
            switch (name)
            {
                case "value" when attribute.Tensor is not null: return attribute.Tensor;
                case "value_float": return new OnnxTensor([], [attribute.Float]);
                case "value_floats": return new OnnxTensor([attribute.Floats.Count], [.. attribute.Floats]);
                case "value_int": return new OnnxTensor([], null, [attribute.Int]);
                case "value_ints": return new OnnxTensor([attribute.Ints.Count], null, [.. attribute.Ints]);
            }
        }
        throw new OnnxRefusal(node, "has no numeric value");
    }

    private static OnnxTensor ConstantOfShape(OnnxNode node, OnnxTensor shape)
    {
        int[] dims = [.. shape.Whole(node).Select(d => checked((int)d))];
        int count = dims.Aggregate(1, Times);
        if (dims.Any(d => d < 0) || count > MaxFilled) throw new OnnxRefusal(node, $"fills ({string.Join(", ", dims)}); no tensor of a ResNet is that large");
        var value = node.Attributes.TryGetValue("value", out var a) ? a.Tensor : null;
        if (value?.Integers is { Length: > 0 } whole) return new OnnxTensor(dims, null, [.. Enumerable.Repeat(whole[0], count)]);
        var filled = new float[count];
        Array.Fill(filled, value?.Floats is [var f, ..] ? f : 0);
        return new OnnxTensor(dims, filled);
    }

    private static int Clamp(long index, int length) => (int)Math.Clamp(index < 0 ? index + length : index, 0, length);
}
