namespace NativeTrainer.Imaging.Tests;

/// <summary>JPEG files are decoded at 1/2, 1/4 or 1/8 where the caller shrinks them anyway.</summary>
public class ScaledDecodingTests
{
    // The smallest that leaves the short side wanted.
    [Theory]
    [InlineData(0, 800, 600)]
    [InlineData(600, 800, 600)]
    [InlineData(301, 800, 600)]
    [InlineData(300, 400, 300)]
    [InlineData(150, 200, 150)]
    [InlineData(75, 100, 75)]
    [InlineData(8, 100, 75)]
    public void LargePhotosAreDecodedSmall(int shortSide, int width, int height)
    {
        var image = ImageDecoder.Decode(ImageWriter.EncodeJpeg(Pictures.Gradient(800, 600)), new DecodeTarget(shortSide)).Image!;
        Assert.Equal((width, height), (image.Width, image.Height));
    }

    [Theory]
    [InlineData(600, 800, 600)]
    [InlineData(526, 800, 600)]
    [InlineData(525, 700, 525)]
    [InlineData(450, 600, 450)]
    [InlineData(375, 500, 375)]
    [InlineData(226, 400, 300)]
    [InlineData(225, 300, 225)]
    [InlineData(8, 100, 75)]
    public void ToTheNextEighthWhereThatWillDo(int shortSide, int width, int height)
    {
        var image = ImageDecoder.Decode(ImageWriter.EncodeJpeg(Pictures.Gradient(800, 600)), new DecodeTarget(shortSide, Eighths: true)).Image!;
        Assert.Equal((width, height), (image.Width, image.Height));
    }

    // Decoding at 5/8 is a filter of its own; it has to show the same picture at the same place as the resizer does.
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void AnEighthShowsWhatTheResizerWould(int eighths)
    {
        byte[] file = File.ReadAllBytes(Material.Path("bad-images/odd-valid/pillow_flower.jpg"));
        var whole = ImageDecoder.Decode(file).Image!;
        int width = 480 * eighths / 8, height = 360 * eighths / 8;
        var small = ImageDecoder.Decode(file, new DecodeTarget(height, Eighths: true)).Image!;
        Assert.Equal((width, height), (small.Width, small.Height));
        // Shifted by a pixel the resized picture is farther from itself than the decoded one is from it.
        var resized = new Resizer().Resize(whole, width, height);
        double shift = Enumerable.Range(0, (width * height - 1) * 3).Average(i => Math.Abs(resized.Pixels[i + 3] - (double)resized.Pixels[i]));
        double difference = Enumerable.Range(0, width * height * 3).Average(i => Math.Abs(small.Pixels[i] - (double)resized.Pixels[i]));
        Assert.InRange(difference, 0, shift / 2);
    }

    [Fact]
    public void OtherFormatsAreDecodedWhole()
        => Assert.Equal(300, ImageDecoder.Decode(ImageWriter.EncodePng(Pictures.Gradient(400, 300)), new DecodeTarget(10)).Image!.Height);

    // Sizes that are no multiple of 8 or 16 leave part of the last block outside.
    [Theory]
    [InlineData(101, 67, 8, 13, 9)]
    [InlineData(101, 67, 17, 26, 17)]
    [InlineData(101, 67, 34, 51, 34)]
    [InlineData(3000, 8, 1, 375, 1)]
    [InlineData(1, 1, 1, 1, 1)]
    public void OddSizesAreRoundedUp(int width, int height, int shortSide, int newWidth, int newHeight)
    {
        var image = ImageDecoder.Decode(ImageWriter.EncodeJpeg(Pictures.Gradient(width, height)), new DecodeTarget(shortSide)).Image!;
        Assert.Equal((newWidth, newHeight), (image.Width, image.Height));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void SmallDecodedPhotosAreUprightToo(int orientation)
    {
        byte[] plain = ImageWriter.EncodeJpeg(Pictures.Gradient(160, 96));
        byte[] exif = [.. "Exif\0\0"u8, .. TiffBytes.WithOrientation(orientation, true)];
        byte[] file = [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. plain[2..]];
        var target = new DecodeTarget(24);
        var expected = Orientations.Apply(ImageDecoder.Decode(plain, target).Image!, orientation);
        var actual = ImageDecoder.Decode(file, target).Image!;
        Assert.Equal((expected.Width, expected.Height, 24), (actual.Width, actual.Height, actual.ShortSide));
        Assert.Equal(expected.Pixels, actual.Pixels);
    }

    // A pixel of the small picture is the mean of its block of the large one: no other offset, not even by one large pixel, comes nearer.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void SmallPixelsLieWhereTheirBlockDoes(int scale)
    {
        byte[] file = File.ReadAllBytes(Material.Path("bad-images/odd-valid/pillow_flower.jpg"));
        var whole = ImageDecoder.Decode(file).Image!;
        var small = ImageDecoder.Decode(file, new DecodeTarget(360 / scale)).Image!;
        Assert.Equal((480 / scale, 360 / scale), (small.Width, small.Height));
        var nearest = Enumerable.Range(-1, 3).SelectMany(dy => Enumerable.Range(-1, 3).Select(dx => (dx, dy))).MinBy(o => DistanceFromBlocks(small, whole, scale, o.dx, o.dy));
        Assert.Equal((0, 0), nearest);
    }

    [Fact]
    public void ALargePhotoCostsWhatTheSmallOneHolds()
    {
        byte[] file = ImageWriter.EncodeJpeg(Pictures.Gradient(4000, 3000));
        long before = GC.GetAllocatedBytesForCurrentThread();
        var image = ImageDecoder.Decode(file, new DecodeTarget(256)).Image!;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((500, 375), (image.Width, image.Height));
        // 3 bytes a pixel for the picture, 4 in a buffer that is rounded up to a power of two.
        Assert.InRange(allocated, 3 * 500 * 375, (3 + 2 * 4) * 500 * 375 + (1 << 16));
    }

    private static double DistanceFromBlocks(RgbImage small, RgbImage whole, int scale, int dx, int dy)
    {
        double sum = 0;
        for (int y = 1; y < small.Height - 1; y++)
        {
            for (int x = 1; x < small.Width - 1; x++)
            {
                for (int c = 0; c < 3; c++)
                {
                    int block = 0;
                    for (int i = 0; i < scale * scale; i++) block += whole.Pixels[((y * scale + dy + i / scale) * whole.Width + x * scale + dx + i % scale) * 3 + c];
                    sum += Math.Abs(small.Pixels[(y * small.Width + x) * 3 + c] - block / (double)(scale * scale));
                }
            }
        }
        return sum;
    }
}
