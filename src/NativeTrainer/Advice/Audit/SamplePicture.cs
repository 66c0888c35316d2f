using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit;

/// <summary>The pixels of a sample, for checks that look at a few once more.</summary>
internal static class SamplePicture
{
    /// <param name="shortSide">The picture may be decoded smaller, but not below this.</param>
    /// <returns>Null where there is no picture any more.</returns>
    public static RgbImage? Decode(Sample sample, int shortSide)
    {
        if (sample.Pixels is not { } pixels) return ImageDecoder.Decode(sample.Path, new DecodeTarget(shortSide) { Region = sample.Crop }).Image;
        return sample.Crop?.Within(pixels.Width, pixels.Height) is { } part ? pixels.Cut(part) : pixels;
    }
}
