using System.Numerics.Tensors;

namespace NativeTrainer.Weights.Onnx;

/// <summary>The other operators of a ResNet's graph, evaluated on whole tensors as https://onnx.ai/onnx/operators/ defines them.</summary>
internal static class PlainOperators
{
    public static OnnxTensor BatchNormalization(OnnxNode node, OnnxTensor x, OnnxTensor[] parameters)
    {
        if (node.Int("training_mode", 0) != 0) throw new OnnxRefusal(node, "was exported in training mode; export the model after model.eval()");
        if (x.Shape.Length < 2 || x.Count == 0) throw new OnnxRefusal(node, $"gets {x}; channels (N, C, …) are needed");
        int channels = x.Shape[1], pixels = x.Count / (x.Shape[0] * channels);
        if (parameters.Any(p => p.Count != channels)) throw new OnnxRefusal(node, $"has parameters that do not fit its input {x}");
        float[] input = x.Real(node), gamma = parameters[0].Real(node), beta = parameters[1].Real(node), mean = parameters[2].Real(node), variance = parameters[3].Real(node);
        float epsilon = node.Float("epsilon", 1e-5f);
        var y = new float[input.Length];
        for (int plane = 0; plane < x.Shape[0] * channels; plane++)
        {
            int c = plane % channels;
            double scale = gamma[c] / Math.Sqrt((double)variance[c] + epsilon), shift = beta[c] - mean[c] * scale;
            for (int i = plane * pixels; i < (plane + 1) * pixels; i++) y[i] = (float)(input[i] * scale + shift);
        }
        return x with { Floats = y };
    }

    public static OnnxTensor Relu(OnnxNode node, OnnxTensor x)
    {
        var y = new float[x.Count];
        TensorPrimitives.Max(x.Real(node), 0f, y);
        return x with { Floats = y };
    }

    public static OnnxTensor Pool(OnnxNode node, OnnxTensor x, bool maximum)
    {
        if (node.Ints("kernel_shape") is not [var r, var s]) throw new OnnxRefusal(node, "has no kernel_shape of two sides");
        var window = OnnxWindow.Of(node, x.Shape, r, s);
        bool countPads = node.Int("count_include_pad", 0) != 0;
        float[] input = x.Real(node), y = new float[(long)x.Shape[0] * x.Shape[1] * window.P * window.Q];
        Parallel.For(0, x.Shape[0] * x.Shape[1], plane =>
        {
            for (int at = 0; at < window.P * window.Q; at++)
            {
                int top = at / window.Q * window.StrideH - window.PadTop, left = at % window.Q * window.StrideW - window.PadLeft, inside = 0;
                double sum = 0, largest = double.NegativeInfinity;
                for (int tap = 0; tap < window.R * window.S; tap++)
                {
                    int h = top + tap / window.S * window.DilationH, w = left + tap % window.S * window.DilationW;
                    if (h < 0 || h >= window.H || w < 0 || w >= window.W) continue;
                    double value = input[(plane * window.H + h) * window.W + w];
                    (sum, largest, inside) = (sum + value, Math.Max(largest, value), inside + 1);
                }
                y[plane * window.P * window.Q + at] = (float)(maximum ? largest : sum / (countPads ? window.R * window.S : inside));
            }
        });
        return new OnnxTensor([x.Shape[0], x.Shape[1], window.P, window.Q], y);
    }

    /// <summary>Mean over the last two axes of (N, C, H, W).</summary>
    public static OnnxTensor SpatialMean(OnnxNode node, OnnxTensor x, bool keepAxes)
    {
        if (x.Shape.Length != 4) throw new OnnxRefusal(node, $"gets {x}; images (N, C, H, W) are needed");
        int planes = x.Shape[0] * x.Shape[1], pixels = x.Shape[2] * x.Shape[3];
        float[] input = x.Real(node), y = new float[planes];
        for (int plane = 0; plane < planes; plane++)
        {
            double sum = 0;
            foreach (float value in input.AsSpan(plane * pixels, pixels)) sum += value;
            y[plane] = (float)(sum / pixels);
        }
        return new OnnxTensor(keepAxes ? [x.Shape[0], x.Shape[1], 1, 1] : [x.Shape[0], x.Shape[1]], y);
    }

    /// <summary>alpha·A·B + beta·C; MatMul is the same with alpha 1 and no C.</summary>
    public static OnnxTensor Gemm(OnnxNode node, OnnxTensor a, OnnxTensor b, OnnxTensor? c)
    {
        if (a.Shape.Length != 2 || b.Shape.Length != 2 || node.Int("transA", 0) != 0) throw new OnnxRefusal(node, $"multiplies {a} by {b}; rows of features by a matrix are needed");
        bool transposed = node.Int("transB", 0) != 0;
        int rows = a.Shape[0], depth = a.Shape[1], columns = transposed ? b.Shape[0] : b.Shape[1];
        if (columns < 1 || b.Count != depth * columns) throw new OnnxRefusal(node, $"multiplies {a} by {b}");
        if (c is not null && c.Count != 1 && c.Count != columns) throw new OnnxRefusal(node, $"adds {c} to {columns} columns");
        float alpha = node.Float("alpha", 1), beta = node.Float("beta", 1);
        float[] left = a.Real(node), right = b.Real(node), y = new float[rows * columns];
        float[]? added = c?.Real(node);
        Parallel.For(0, rows * columns, at =>
        {
            int row = at / columns, column = at % columns;
            double sum = 0;
            for (int i = 0; i < depth; i++) sum += (double)left[row * depth + i] * (transposed ? right[column * depth + i] : right[i * columns + column]);
            y[at] = (float)(alpha * sum + (added is null ? 0 : beta * added[added.Length == 1 ? 0 : at % added.Length]));
        });
        return new OnnxTensor([rows, columns], y);
    }

    /// <summary>Element by element, the shapes broadcast as NumPy does.</summary>
    public static OnnxTensor Broadcast(OnnxNode node, OnnxTensor a, OnnxTensor b, Func<float, float, float> real, Func<long, long, long> whole)
    {
        int rank = Math.Max(a.Shape.Length, b.Shape.Length);
        var shape = new int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int left = i <= a.Shape.Length ? a.Shape[^i] : 1, right = i <= b.Shape.Length ? b.Shape[^i] : 1;
            if (left != right && left != 1 && right != 1) throw new OnnxRefusal(node, $"combines {a} and {b}");
            shape[^i] = left == 1 ? right : left;
        }
        int count = shape.Aggregate(1, (product, d) => checked(product * d));
        if (a.Floats is { } x && b.Floats is { } z)
        {
            var y = new float[count];
            for (int i = 0; i < count; i++) y[i] = real(x[Source(shape, a.Shape, i)], z[Source(shape, b.Shape, i)]);
            return new OnnxTensor(shape, y);
        }
        long[] m = a.Whole(node), n = b.Whole(node), result = new long[count];
        for (int i = 0; i < count; i++) result[i] = whole(m[Source(shape, a.Shape, i)], n[Source(shape, b.Shape, i)]);
        return new OnnxTensor(shape, null, result);
    }

    /// <summary>Softmax or LogSoftmax over each row.</summary>
    public static OnnxTensor Softmax(OnnxNode node, OnnxTensor x)
    {
        if (x.Shape.Length != 2 || x.Count == 0) throw new OnnxRefusal(node, $"gets {x}; (N, classes) is needed");
        var y = new float[x.Count];
        for (int row = 0; row < x.Shape[0]; row++)
        {
            Span<float> from = x.Real(node).AsSpan(row * x.Shape[1], x.Shape[1]), to = y.AsSpan(row * x.Shape[1], x.Shape[1]);
            // Without it, exponentials of large values are infinite.
            TensorPrimitives.Subtract(from, TensorPrimitives.Max(from), to);
            TensorPrimitives.SoftMax(to, to);
        }
        if (node.OpType == "LogSoftmax") TensorPrimitives.Log(y, y);
        return x with { Floats = y };
    }

    public static OnnxTensor Pad(OnnxNode node, OnnxTensor x, int[] pads, float value)
    {
        if (x.Shape.Length != 4 || pads.Length != 8 || node.Text("mode", "constant") != "constant") throw new OnnxRefusal(node, "pads otherwise than images with a constant");
        if (pads.Where((p, i) => p < 0 || p > x.Shape[i % 4]).Any()) throw new OnnxRefusal(node, $"pads {x} by {string.Join(", ", pads)}");
        int[] shape = [.. x.Shape.Select((d, i) => d + pads[i] + pads[i + 4])];
        float[] input = x.Real(node), y = new float[shape.Aggregate(1, (product, d) => product * d)];
        Array.Fill(y, value);
        for (int line = 0; line < x.Shape[0] * x.Shape[1] * x.Shape[2]; line++)
        {
            int h = line % x.Shape[2], c = line / x.Shape[2] % x.Shape[1], n = line / (x.Shape[2] * x.Shape[1]);
            int to = (((n + pads[0]) * shape[1] + c + pads[1]) * shape[2] + h + pads[2]) * shape[3] + pads[3];
            input.AsSpan(line * x.Shape[3], x.Shape[3]).CopyTo(y.AsSpan(to));
        }
        return new OnnxTensor(shape, y);
    }

    public static OnnxTensor Transpose(OnnxNode node, OnnxTensor x)
    {
        int rank = x.Shape.Length;
        int[] order = node.Ints("perm") ?? [.. Enumerable.Range(0, rank).Reverse()];
        if (!order.Order().SequenceEqual(Enumerable.Range(0, rank))) throw new OnnxRefusal(node, $"orders the {rank} axes as {string.Join(", ", order)}");
        int[] shape = [.. order.Select(axis => x.Shape[axis])];
        var steps = new int[rank];
        for (int i = rank - 1, step = 1; i >= 0; step *= x.Shape[i], i--) steps[i] = step;
        float[] input = x.Real(node), y = new float[input.Length];
        for (int at = 0; at < y.Length; at++)
        {
            int from = 0;
            for (int i = rank - 1, rest = at; i >= 0; rest /= shape[i], i--) from += rest % shape[i] * steps[order[i]];
            y[at] = input[from];
        }
        return new OnnxTensor(shape, y);
    }

    /// <summary>Where element <paramref name="at"/> of a broadcast shape comes from.</summary>
    private static int Source(int[] shape, int[] source, int at)
    {
        int from = 0, step = 1;
        for (int i = 1; i <= source.Length; i++)
        {
            int size = shape[^i];
            if (source[^i] != 1) from += at % size * step;
            step *= source[^i];
            at /= size;
        }
        return from;
    }
}
