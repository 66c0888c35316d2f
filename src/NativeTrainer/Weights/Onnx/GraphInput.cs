using NativeTrainer.Models;

namespace NativeTrainer.Weights.Onnx;

/// <summary>What a graph computes with the values of its input.</summary>
internal enum InputValues
{
    /// <summary>Nothing: they come as (v / 255 − mean) / std.</summary>
    Normalised,

    /// <summary>Normalises them from 0…1.</summary>
    Unit,

    /// <summary>Normalises them from 0…255.</summary>
    Bytes,
}

/// <summary>How a graph takes pictures.</summary>
/// <param name="ChannelsLast">(N, H, W, C) and not (N, C, H, W).</param>
internal sealed record GraphInput(bool ChannelsLast, InputValues Values)
{
    /// <summary>By the shape alone: channels come last where a transposition is the first to read them.</summary>
    public static GraphInput Of(OnnxGraph graph)
    {
        string value = graph.Inputs[0].Name;
        // Nodes are in topological order; a damaged file's are not, and are refused later.
        foreach (var node in graph.Nodes.Where(node => node.Inputs.Contains(value)))
        {
            if (node is not { OpType: "Cast" or "Identity", Outputs: [var output, ..] })
                return new GraphInput(node.OpType == "Transpose" && graph.Inputs[0].Dims is [_, _, _, 1 or 3], InputValues.Normalised);
            value = output;
        }
        return new GraphInput(ChannelsLast: false, InputValues.Normalised);
    }

    /// <param name="pixels">(count, H, W, C), 0…255.</param>
    public OnnxTensor Make(ReadOnlySpan<byte> pixels, int count, int size, int channels, Preprocessing preprocessing)
    {
        int plane = size * size;
        var values = new float[count * channels * plane];
        for (int i = 0; i < values.Length; i++)
        {
            int c = ChannelsLast ? i % channels : i / plane % channels;
            float value = ChannelsLast ? pixels[i] : pixels[(i / (channels * plane) * plane + i % plane) * channels + c];
            if (Values != InputValues.Bytes) value /= 255f;
            // A count of channels other than the means' is refused later, with the architecture known.
            if (Values == InputValues.Normalised) value = (value - preprocessing.Mean[Math.Min(c, preprocessing.Mean.Count - 1)]) / preprocessing.Std[Math.Min(c, preprocessing.Std.Count - 1)];
            values[i] = value;
        }
        return new OnnxTensor(ChannelsLast ? [count, size, size, channels] : [count, channels, size, size], values);
    }
}
