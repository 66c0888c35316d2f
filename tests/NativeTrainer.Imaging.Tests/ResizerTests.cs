namespace NativeTrainer.Imaging.Tests;

public class ResizerTests
{
    // Published cases of Pillow's Tests/test_image_resample.py (TestImagingCoreResampleAccuracy): a square of two bright and two dark quarters,
    // resized; the upper left quarter of the result.
    [Theory]
    [InlineData(ResizeFilter.Bilinear, 8, 4, "e1 c9 c9 b7")]
    [InlineData(ResizeFilter.Bicubic, 12, 6, "e1 e3 d4 e3 e5 d6 d4 d6 c9")]
    [InlineData(ResizeFilter.Bilinear, 2, 4, "e1 b0 b0 98")]
    [InlineData(ResizeFilter.Bicubic, 4, 8, "e1 e5 ee b9 e5 e9 f3 bc ee f3 fd c1 b9 bc c1 a2")]
    public void EqualsPillow(ResizeFilter filter, int from, int to, string quarter)
    {
        var source = new RgbImage(new byte[from * from * 3], from, from);
        for (int i = 0; i < from * from; i++) source.Pixels.AsSpan(i * 3, 3).Fill((i % from < from / 2) == (i / from < from / 2) ? (byte)0xE1 : (byte)0x1E);
        var result = new Resizer(filter).Resize(source, to, to);
        byte[] expected = Convert.FromHexString(quarter.Replace(" ", ""));
        for (int y = 0; y < to; y++)
        {
            for (int x = 0; x < to; x++)
            {
                bool flipX = x >= to / 2, flipY = y >= to / 2;
                byte value = expected[(flipY ? to - 1 - y : y) * (to / 2) + (flipX ? to - 1 - x : x)];
                byte wanted = flipX == flipY ? value : (byte)(255 - value);
                Assert.Equal((wanted, wanted, wanted), result.At(x, y));
            }
        }
    }

    [Theory]
    [InlineData(37, 23, 11, 7)]
    [InlineData(37, 23, 90, 41)]
    [InlineData(64, 5, 9, 31)]
    [InlineData(500, 375, 170, 128)]
    [InlineData(1, 1, 5, 3)]
    [InlineData(1, 300, 4, 20)]
    [InlineData(300, 1, 20, 4)]
    [InlineData(17, 16, 16, 16)]
    public void StaysWithinItsRoundingOfTheFloat64Reference(int width, int height, int newWidth, int newHeight)
    {
        var source = Pictures.Noise(width, height, 1);
        foreach (var filter in Enum.GetValues<ResizeFilter>())
        {
            var result = new Resizer(filter).Resize(source, newWidth, newHeight);
            ResizerReference.AssertWithinRounding(source, result, filter);
        }
    }

    [Fact]
    public void AConstantPictureStaysConstant()
    {
        foreach (var filter in Enum.GetValues<ResizeFilter>())
        {
            foreach (byte level in (byte[])[0, 1, 127, 254, 255])
            {
                var source = new RgbImage(new byte[31 * 29 * 3], 31, 29);
                source.Pixels.AsSpan().Fill(level);
                Assert.All(new Resizer(filter).Resize(source, 13, 57).Pixels, value => Assert.Equal(level, value));
            }
        }
    }

    [Theory]
    [InlineData(500, 375, 256, 224)]
    [InlineData(375, 500, 256, 224)]
    [InlineData(100, 101, 150, 149)]
    [InlineData(224, 224, 224, 224)]
    [InlineData(40, 30, 64, 64)]
    public void CentreCropIsResizeThenCrop(int width, int height, int resize, int size)
    {
        var source = Pictures.Noise(width, height, 2);
        var resizer = new Resizer();
        var (w, h) = Resizer.FitShortSide(width, height, resize);
        var whole = resizer.Resize(source, w, h);
        int left = (int)Math.Round((w - size) / 2.0), top = (int)Math.Round((h - size) / 2.0);
        var crop = resizer.CentreCrop(source, resize, size);
        for (int y = 0; y < size; y++)
        {
            Assert.Equal(whole.Pixels.AsSpan(((y + top) * w + left) * 3, size * 3), crop.Pixels.AsSpan(y * size * 3, size * 3));
        }
    }

    [Fact]
    public void ExtremeProportionsCostNoMoreThanTheCrop()
    {
        var source = Pictures.Noise(3000, 1, 3);
        var resizer = new Resizer();
        long before = GC.GetAllocatedBytesForCurrentThread();
        var crop = resizer.CentreCrop(source, 256, 224);
        Assert.Equal((224, 224), (crop.Width, crop.Height));
        // The resized whole would have 3000 · 256 · 256 · 3 bytes, 590 MB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    // torchvision's Resize: int(size · long / short).
    [Theory]
    [InlineData(500, 375, 256, 341, 256)]
    [InlineData(375, 500, 256, 256, 341)]
    [InlineData(333, 333, 256, 256, 256)]
    [InlineData(3000, 1, 2, 6000, 2)]
    [InlineData(1, 9_000_000, 256, 256, int.MaxValue)]
    public void FitShortSideRoundsAsTorchvision(int width, int height, int shortSide, int newWidth, int newHeight)
        => Assert.Equal((newWidth, newHeight), Resizer.FitShortSide(width, height, shortSide));

    [Fact]
    public void TheSameSizeIsTheSamePicture()
    {
        var source = Pictures.Noise(9, 9, 4);
        Assert.Same(source, new Resizer().Resize(source, 9, 9));
    }

    [Fact]
    public void AUsedResizerGivesWhatANewOneGives()
    {
        var used = new Resizer();
        used.Resize(Pictures.Noise(200, 100, 5), 50, 60);
        var source = Pictures.Noise(33, 44, 6);
        Assert.Equal(new Resizer().Resize(source, 20, 21).Pixels, used.Resize(source, 20, 21).Pixels);
    }
}
