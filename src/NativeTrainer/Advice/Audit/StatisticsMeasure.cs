using System.Buffers.Binary;
using System.Collections.Concurrent;
using NativeTrainer.Advice.Features;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit;

/// <summary>Light, sharpness, colour and size of a pass's pictures.</summary>
internal sealed class StatisticsMeasure(int samples) : IPictureMeasure
{
    private const int Numbers = 19;

    private readonly ConcurrentBag<Resizer> _resizers = [];

    /// <summary>Of each sample; null where there is no picture.</summary>
    public PictureStatistics?[] Statistics { get; } = new PictureStatistics?[samples];

    public string Name => "statistics";

    public int Version => PictureStatistics.Version;

    public byte[]? Measure(int sample, in MeasuredPicture picture)
    {
        if (!_resizers.TryTake(out var resizer)) resizer = new Resizer();
        var s = Statistics[sample] = PictureStatistics.Of(picture.Image, picture.Width, picture.Height, resizer);
        _resizers.Add(resizer);
        double[] values =
        [
            s.Width, s.Height, s.Brightness, s.Contrast, s.DarkShare, s.BrightShare, s.Shadows, s.Highlights, s.Sharpness, s.Entropy, s.FlatShare, s.Colourfulness,
            s.ColouredShare, s.Mean.Red, s.Mean.Green, s.Mean.Blue, s.Border.Red, s.Border.Green, s.Border.Blue,
        ];
        var bytes = new byte[values.Length * sizeof(double)];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        return bytes;
    }

    public bool Restore(int sample, ReadOnlySpan<byte> result)
    {
        if (result.Length != Numbers * sizeof(double)) return false;
        var v = new double[Numbers];
        for (int i = 0; i < v.Length; i++) v[i] = BinaryPrimitives.ReadDoubleLittleEndian(result[(i * sizeof(double))..]);
        Statistics[sample] = new PictureStatistics
        {
            Width = (int)v[0],
            Height = (int)v[1],
            Brightness = v[2],
            Contrast = v[3],
            DarkShare = v[4],
            BrightShare = v[5],
            Shadows = v[6],
            Highlights = v[7],
            Sharpness = v[8],
            Entropy = v[9],
            FlatShare = v[10],
            Colourfulness = v[11],
            ColouredShare = v[12],
            Mean = (v[13], v[14], v[15]),
            Border = (v[16], v[17], v[18]),
        };
        return true;
    }
}
