using NativeTrainer.Models;

namespace NativeTrainer.Weights.Onnx;

/// <summary>Images (N, H, W, C) of 0…255 that a conversion is checked on: soft waves with grain, the same on every machine.</summary>
internal sealed record CheckImages(int Count, int Size, int Channels, byte[] Pixels)
{
    public static CheckImages Make(int channels, Preprocessing preprocessing, int count)
    {
        int size = preprocessing.Size;
        var pixels = new byte[count * size * size * channels];
        var random = new Random(1);
        for (int i = 0; i < pixels.Length; i++)
        {
            int c = i % channels, x = i / channels % size, y = i / (channels * size) % size, n = i / (channels * size * size);
            double wave = Math.Sin((n + 2) * 7.0 * x / size + c) * Math.Cos((n + 1) * 5.0 * y / size - c);
            pixels[i] = (byte)(128 + 90 * wave + random.Next(-35, 36));
        }
        return new CheckImages(count, size, channels, pixels);
    }

    /// <summary>As the converted model takes them, (N, H, W, 3): gray three times.</summary>
    public byte[] Colour() => Channels == 3 ? Pixels : [.. Pixels.SelectMany(value => new[] { value, value, value })];

    /// <summary>As a graph takes them.</summary>
    public OnnxTensor For(GraphInput input, Preprocessing preprocessing) => input.Make(Pixels, Count, Size, Channels, preprocessing);
}
