using System.Numerics.Tensors;

namespace NativeTrainer.Weights.Onnx;

/// <summary>
/// ONNX Conv on (N, C, H, W), written for plainness: patches to a matrix, then rows scaled and added. It shares nothing with the engine's
/// kernels, which are checked against it after a conversion.
/// </summary>
internal static class PlainConvolution
{
    private const int Tile = 1024;

    public static OnnxTensor Run(OnnxNode node, OnnxTensor x, OnnxTensor weight, OnnxTensor? bias)
    {
        if (x.Shape.Length != 4 || weight.Shape.Length != 4) throw new OnnxRefusal(node, $"gets an input {x} and weights {weight}; images (N, C, H, W) and weights (K, C, R, S) are needed");
        int n = x.Shape[0], channels = x.Shape[1], outChannels = weight.Shape[0], groups = (int)node.Int("group", 1);
        if (groups < 1 || outChannels < 1 || channels != weight.Shape[1] * groups || outChannels % groups != 0) throw new OnnxRefusal(node, $"gets an input {x} for weights {weight} in {groups} groups");
        if (bias is not null && bias.Count != outChannels) throw new OnnxRefusal(node, $"adds {bias} to {outChannels} channels");
        var window = OnnxWindow.Of(node, x.Shape, weight.Shape[2], weight.Shape[3]);
        int pixels = window.P * window.Q, depth = weight.Shape[1] * window.R * window.S, perGroup = outChannels / groups;
        float[] input = x.Real(node), weights = weight.Real(node), y = new float[(long)n * outChannels * pixels];
        float[]? added = bias?.Real(node);
        var patches = new float[(long)depth * pixels];
        for (int image = 0; image < n; image++)
        {
            for (int group = 0; group < groups; group++)
            {
                int firstPlane = image * channels + group * weight.Shape[1];
                Parallel.For(0, depth, row => Gather(window, input, firstPlane, row, patches.AsSpan(row * pixels, pixels)));
                int first = group * perGroup, start = image * outChannels;
                Parallel.For(first, first + perGroup, k => Row(weights.AsSpan(k * depth, depth), patches, added?[k] ?? 0, y.AsSpan((start + k) * pixels, pixels)));
            }
        }
        return new OnnxTensor([n, outChannels, window.P, window.Q], y);
    }

    /// <summary>One (channel, r, s) of every patch.</summary>
    private static void Gather(in OnnxWindow window, float[] input, int firstPlane, int row, Span<float> patch)
    {
        int channel = row / (window.R * window.S), r = row / window.S % window.R, s = row % window.S;
        int plane = (firstPlane + channel) * window.H * window.W;
        for (int p = 0; p < window.P; p++)
        {
            int h = p * window.StrideH - window.PadTop + r * window.DilationH;
            var line = patch.Slice(p * window.Q, window.Q);
            if (h < 0 || h >= window.H)
            {
                line.Clear();
                continue;
            }
            for (int q = 0; q < line.Length; q++)
            {
                int w = q * window.StrideW - window.PadLeft + s * window.DilationW;
                line[q] = w < 0 || w >= window.W ? 0 : input[plane + h * window.W + w];
            }
        }
    }

    private static void Row(ReadOnlySpan<float> weights, float[] patches, float bias, Span<float> y)
    {
        y.Fill(bias);
        for (int start = 0; start < y.Length; start += Tile)
        {
            var tile = y.Slice(start, Math.Min(Tile, y.Length - start));
            for (int i = 0; i < weights.Length; i++) TensorPrimitives.MultiplyAdd(patches.AsSpan(i * y.Length + start, tile.Length), weights[i], tile, tile);
        }
    }
}
