using System.Text;

namespace NativeTrainer.Imaging.Tests;

public class ImageDecoderTests
{
    public static TheoryData<int, bool> AllOrientations
    {
        get
        {
            var data = new TheoryData<int, bool>();
            for (int orientation = 1; orientation <= 8; orientation++)
            {
                data.Add(orientation, true);
                data.Add(orientation, false);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(AllOrientations))]
    public void OrientationInAPngIsExact(int orientation, bool littleEndian)
    {
        var image = Pictures.Noise(5, 3, 1);
        var png = new PngFile(5, 3, 8, 2).Chunk("eXIf", TiffBytes.WithOrientation(orientation, littleEndian));
        byte[] file = png.Finish([.. Enumerable.Range(0, 3).Select(y => image.Pixels[(y * 15)..(y * 15 + 15)])]);
        AssertSame(Orientations.Apply(image, orientation), ImageDecoder.Decode(file).Image!);
    }

    [Theory]
    [MemberData(nameof(AllOrientations))]
    public void OrientationInAJpegIsExact(int orientation, bool littleEndian)
    {
        byte[] plain = ImageWriter.EncodeJpeg(Pictures.Gradient(37, 21));
        byte[] exif = [.. "Exif\0\0"u8, .. TiffBytes.WithOrientation(orientation, littleEndian)];
        byte[] file = [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. plain[2..]];
        AssertSame(Orientations.Apply(ImageDecoder.Decode(plain).Image!, orientation), ImageDecoder.Decode(file).Image!);
    }

    [Theory]
    [MemberData(nameof(AllOrientations))]
    public void OrientationInImageMagicksPngTextIsExact(int orientation, bool littleEndian)
    {
        byte[] exif = [.. "Exif\0\0"u8, .. TiffBytes.WithOrientation(orientation, littleEndian)];
        string text = $"\nexif\n{exif.Length,8}\n{Convert.ToHexStringLower(exif)}\n";
        byte[] compressed = [.. "Raw profile type exif\0\0"u8, .. PngFile.Deflate(Encoding.ASCII.GetBytes(text))];
        byte[] plain = [.. "Raw profile type exif\0"u8, .. Encoding.ASCII.GetBytes(text)];
        var image = Pictures.Noise(2, 4, 2);
        byte[][] rows = [.. Enumerable.Range(0, 4).Select(y => image.Pixels[(y * 6)..(y * 6 + 6)])];
        AssertSame(Orientations.Apply(image, orientation), ImageDecoder.Decode(new PngFile(2, 4, 8, 2).Chunk("zTXt", compressed).Finish(rows)).Image!);
        AssertSame(Orientations.Apply(image, orientation), ImageDecoder.Decode(new PngFile(2, 4, 8, 2).Chunk("tEXt", plain).Finish(rows)).Image!);
    }

    [Theory]
    [MemberData(nameof(AllOrientations))]
    public void OrientationInAWebpIsExact(int orientation, bool littleEndian)
    {
        var image = Pictures.Noise(6, 4, 3);
        byte[] tiff = TiffBytes.WithOrientation(orientation, littleEndian);
        AssertSame(Orientations.Apply(image, orientation), ImageDecoder.Decode(WebpFile.Lossless(image, tiff)).Image!);
        AssertSame(Orientations.Apply(image, orientation), ImageDecoder.Decode(WebpFile.Lossless(image, [.. "Exif\0\0"u8, .. tiff])).Image!);
    }

    // Two frames of two pixels, red and then green (GIF89a, appendix F: 3-bit codes, clear = 4, end = 5).
    [Fact]
    public void AnAnimationGivesItsFirstFrame()
    {
        byte[] image = [0x2C, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2];
        byte[] file = [.. "GIF89a"u8, 2, 0, 1, 0, 0xF0, 0, 0, 255, 0, 0, 0, 255, 0, .. image, 2, 0x04, 0x0A, 0, .. image, 2, 0x4C, 0x0A, 0, 0x3B];
        Assert.Equal([255, 0, 0, 255, 0, 0], ImageDecoder.Decode(file).Image!.Pixels);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(65535)]
    public void AnOrientationThatDoesNotExistIsUpright(int orientation)
    {
        byte[] file = new PngFile(2, 1, 8, 2).Chunk("eXIf", TiffBytes.WithOrientation(orientation, true)).Finish([1, 2, 3, 4, 5, 6]);
        Assert.Equal([1, 2, 3, 4, 5, 6], ImageDecoder.Decode(file).Image!.Pixels);
    }

    // Widths around the 4 pixels that one vector step takes.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(33)]
    public void OpaquePixelsComeThroughExactly(int width)
    {
        var image = Pictures.Noise(width, 3, width);
        AssertSame(image, ImageDecoder.Decode(ImageWriter.EncodePng(image)).Image!);
    }

    [Fact]
    public void TransparencyLiesOnWhite()
    {
        // One row per level of colour, one column per alpha.
        byte[] levels = [0, 1, 77, 128, 254, 255];
        byte[][] rows = [.. levels.Select(level => Enumerable.Range(0, 256).SelectMany(a => new byte[] { level, 255, 0, (byte)a }).ToArray())];
        var image = ImageDecoder.Decode(new PngFile(256, levels.Length, 8, 6).Finish(rows)).Image!;
        for (int y = 0; y < levels.Length; y++)
        {
            for (int alpha = 0; alpha < 256; alpha++)
            {
                Assert.Equal((OnWhite(levels[y], alpha), (byte)255, OnWhite(0, alpha)), image.At(alpha, y));
            }
        }

        // Halves cannot occur: 255 is odd.
        static byte OnWhite(byte level, int alpha) => (byte)Math.Round((level * alpha + 255 * (255 - alpha)) / 255.0);
    }

    [Fact]
    public void SixteenBitsKeepTheirUpperEight()
    {
        byte[] row = [0x12, 0x00, 0xFF, 0xFF, 0x00, 0xFF];
        Assert.Equal([0x12, 0xFF, 0x00], ImageDecoder.Decode(new PngFile(1, 1, 16, 2).Finish(row)).Image!.Pixels);
        Assert.Equal([0x80, 0x80, 0x80], ImageDecoder.Decode(new PngFile(1, 1, 16, 0).Finish([0x80, 0x40])).Image!.Pixels);
    }

    [Fact]
    public void GrayIsOnAllChannelsAndPalettesAreLookedUp()
    {
        Assert.Equal([7, 7, 7, 200, 200, 200], ImageDecoder.Decode(new PngFile(2, 1, 8, 0).Finish([7, 200])).Image!.Pixels);
        Assert.Equal([0, 0, 0, 255, 255, 255], ImageDecoder.Decode(new PngFile(2, 1, 1, 0).Finish([0x40])).Image!.Pixels);
        var palette = new PngFile(2, 1, 8, 3).Chunk("PLTE", [1, 2, 3, 4, 5, 6]).Chunk("tRNS", [255, 0]);
        Assert.Equal([1, 2, 3, 255, 255, 255], ImageDecoder.Decode(palette.Finish([0, 1])).Image!.Pixels);
    }

    [Fact]
    public void AJpegCutAnywhereIsReported()
    {
        byte[] file = ImageWriter.EncodeJpeg(Pictures.Gradient(40, 30));
        for (int length = 3; length < file.Length; length++)
        {
            Assert.Equal(DecodeFailure.Truncated, ImageDecoder.Decode(file.AsSpan(0, length)).Failure);
        }
        Assert.True(ImageDecoder.Decode([.. file, 0, 0, 0]).Success, "bytes after the end do no harm");
    }

    // The checksums and the IEND chunk at the end hold no pixels: a file cut there may still give its whole picture, but never a part of it.
    [Fact]
    public void APngCutAnywhereIsReportedOrWhole()
    {
        var image = Pictures.Noise(40, 30, 3);
        byte[] file = ImageWriter.EncodePng(image);
        for (int length = 8; length < file.Length; length++)
        {
            var result = ImageDecoder.Decode(file.AsSpan(0, length));
            if (result.Success) Assert.Equal(image.Pixels, result.Image.Pixels);
            Assert.False(result.Success && length < file.Length * 3 / 4);
        }
    }

    [Fact]
    public void AFlippedByteInAPngIsReported()
    {
        byte[] file = ImageWriter.EncodePng(Pictures.Noise(10, 10, 4));
        file[file.Length / 2] ^= 0x10;
        Assert.Equal(DecodeFailure.Corrupt, ImageDecoder.Decode(file).Failure);
    }

    // Whatever the bytes, there is an answer and no exception.
    [Fact]
    public void DamageNeverThrows()
    {
        var random = new Random(5);
        byte[][] files = [
            ImageWriter.EncodeJpeg(Pictures.Gradient(64, 48)), ImageWriter.EncodePng(Pictures.Gradient(64, 48)),
            WebpFile.Lossless(Pictures.Noise(20, 10, 1), TiffBytes.WithOrientation(6, true)), new PngFile(2, 1, 8, 2).Chunk("eXIf", TiffBytes.WithOrientation(6, true)).Finish([1, 2, 3, 4, 5, 6]),
        ];
        for (int i = 0; i < 800; i++)
        {
            byte[] file = [.. files[i % files.Length]];
            for (int flips = random.Next(1, 20); flips > 0; flips--) file[random.Next(file.Length)] = (byte)random.Next(256);
            var result = ImageDecoder.Decode(file);
            Assert.Equal(result.Success, result.Reason.Length == 0);
        }
    }

    [Fact]
    public void ABombIsRefusedByItsHeader()
    {
        byte[] file = new PngFile(50000, 50000, 8, 0).Finish([0]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(DecodeFailure.TooLarge, ImageDecoder.Decode(file).Failure);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);
    }

    [Fact]
    public void MissingFilesAndFoldersAreUnreadable()
    {
        using var folder = new TempFolder();
        Assert.Equal(DecodeFailure.Unreadable, ImageDecoder.Decode(folder["none.jpg"]).Failure);
        Assert.Equal(DecodeFailure.Unreadable, ImageDecoder.Decode(folder.Path).Failure);
    }

    private static void AssertSame(RgbImage expected, RgbImage actual)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.Equal(expected.Pixels, actual.Pixels);
    }
}
