namespace NativeTrainer.Imaging.Tests;

public class PictureStatisticsTests
{
    // Sizes about the vectors' 16 pixels and the blocks' 8, and one of more pixels than one flush of the lanes.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 9)]
    [InlineData(5, 3)]
    [InlineData(15, 8)]
    [InlineData(16, 16)]
    [InlineData(17, 8)]
    [InlineData(19, 23)]
    [InlineData(34, 7)]
    [InlineData(97, 61)]
    [InlineData(4200, 3)]
    [InlineData(224, 300)]
    public void VectorsGiveWhatSinglePixelsGive(int width, int height)
    {
        foreach (var image in (RgbImage[])[Pictures.Noise(width, height, width), Pictures.Gradient(width, height), Flat(width, height, 255, 0, 0), Stripes(width, height)])
            AssertSame(PictureSums.Of(image, vectors: false), PictureSums.Of(image));
    }

    [Fact]
    public void SumsAreWhatTheirNamesSay()
    {
        // One row: black, white, red, and a gray that is a little blue.
        var sums = PictureSums.Of(new RgbImage([0, 0, 0, 255, 255, 255, 200, 0, 0, 100, 100, 110], 4, 1));
        Assert.Equal((4, 555, 355, 365), (sums.Pixels, sums.Red, sums.Green, sums.Blue));
        // (77 · 200 + 128) / 256 = 60; (227 · 100 + 29 · 110 + 128) / 256 = 101.
        Assert.Equal((0 + 255 + 60 + 101, 255 * 255 + 60 * 60 + 101 * 101), (sums.Luma, sums.LumaSquares));
        Assert.Equal((200 * 200, 200 * 200 + 20 * 20, 1), (sums.RedGreenSquares, sums.YellowBlueSquares, sums.Coloured));
        Assert.Equal((1, 1, 1, 1, 0), (sums.Histogram[0], sums.Histogram[60], sums.Histogram[101], sums.Histogram[255], sums.Histogram[1]));
        Assert.Equal((1, 0, 0), (sums.Blocks, sums.FlatBlocks, sums.LaplacianCount));
    }

    [Fact]
    public void TheLaplacianIsOfInnerPixels()
    {
        // A single bright pixel in the middle of 5 × 5: 4 v once, −v at its four neighbours.
        var pixels = new byte[75];
        pixels.AsSpan(36, 3).Fill(100);
        var sums = PictureSums.Of(new RgbImage(pixels, 5, 5));
        Assert.Equal((9, 0, 400 * 400 + 4 * 100 * 100), (sums.LaplacianCount, sums.Laplacian, sums.LaplacianSquares));
    }

    [Fact]
    public void PlainPictures()
    {
        var black = PictureStatistics.Of(Flat(64, 48, 0, 0, 0));
        Assert.Equal((0, 0, 1, 0, 0, 0), (black.Brightness, black.Contrast, black.DarkShare, black.BrightShare, black.Highlights, black.Entropy));
        Assert.Equal((0, 1, 0, true), (black.Sharpness, black.FlatShare, black.Colourfulness, black.IsGray));
        var white = PictureStatistics.Of(Flat(64, 48, 255, 255, 255));
        Assert.Equal((1, 0, 0, 1, 1, 1), (white.Brightness, white.Contrast, white.DarkShare, white.BrightShare, white.Shadows, white.Highlights));
        var red = PictureStatistics.Of(Flat(64, 48, 255, 0, 0));
        Assert.Equal((1.0, 0.0, 0.0), red.Mean);
        Assert.Equal((1.0, 0.0, 0.0), red.Border);
        // Means only: 0.3 · √(255² + 127.5²).
        Assert.Equal(0.3 * Math.Sqrt(255 * 255 + 127.5 * 127.5), red.Colourfulness, 1e-9);
        Assert.False(red.IsGray);
    }

    [Fact]
    public void NoiseHasTheFiguresOfItsDistribution()
    {
        // Gray noise, uniform on 0 … 255: mean 127.5, variance (256² − 1) / 12, entropy 8; the Laplacian's variance is 20 times as large.
        var noise = Pictures.Noise(200, 200, 3);
        for (int i = 0; i < noise.Pixels.Length; i += 3) noise.Pixels.AsSpan(i + 1, 2).Fill(noise.Pixels[i]);
        var figures = PictureStatistics.Of(noise);
        double variance = (256 * 256 - 1) / 12.0;
        Assert.InRange(figures.Brightness, 0.49, 0.51);
        Assert.InRange(figures.Contrast * 255, Math.Sqrt(variance) * 0.99, Math.Sqrt(variance) * 1.01);
        Assert.InRange(figures.Sharpness, 20 * variance * 0.97, 20 * variance * 1.03);
        Assert.InRange(figures.Entropy, 7.95, 8);
        Assert.True(figures.IsGray);
    }

    [Fact]
    public void TheBorderIsAFrameOfATenth()
    {
        var image = Flat(100, 60, 0, 0, 255);
        for (int y = 6; y < 54; y++) Flat(88, 1, 255, 255, 0).Pixels.CopyTo(image.Pixels, (y * 100 + 6) * 3);
        var figures = PictureStatistics.Of(image);
        Assert.Equal((0.0, 0.0, 1.0), figures.Border);
        Assert.Equal(88 * 48 / 6000.0, figures.Mean.Red, 1e-12);
    }

    // A photo at full size, and shrunk to two other sizes as a site or an export would.
    [Fact]
    public void TheResolutionHardlyMatters()
    {
        var whole = ImageDecoder.Decode(Material.Path("bad-images/odd-valid/pillow_flower.jpg")).Image!;
        var full = PictureStatistics.Of(whole);
        var normal = new Resizer().Resize(whole, 298, 224);
        var blurred = PictureStatistics.Of(new Resizer().Resize(new Resizer().Resize(normal, 149, 112), 298, 224));
        foreach (double factor in (double[])[0.65, 0.8])
        {
            var small = PictureStatistics.Of(new Resizer().Resize(whole, (int)(whole.Width * factor), (int)(whole.Height * factor)));
            Assert.InRange(small.Brightness / full.Brightness, 0.99, 1.01);
            Assert.InRange(small.Contrast / full.Contrast, 0.97, 1.03);
            Assert.InRange(small.Colourfulness / full.Colourfulness, 0.97, 1.03);
            Assert.InRange(small.Entropy / full.Entropy, 0.98, 1.02);
            // Each shrinking softens edges; a blur of two pixels moves the figure more than twice as far on its scale.
            Assert.True(2 * Math.Abs(Math.Log(small.Sharpness / full.Sharpness)) < Math.Log(full.Sharpness / blurred.Sharpness), $"{factor}: {full.Sharpness}, {small.Sharpness}, {blurred.Sharpness}");
        }
    }

    [Fact]
    public void BlurLowersTheSharpness()
    {
        var whole = ImageDecoder.Decode(Material.Path("bad-images/odd-valid/pillow_flower.jpg")).Image!;
        double last = PictureStatistics.Of(whole).Sharpness;
        foreach (int shrunk in (int[])[3, 6, 12])
        {
            // Shrunk and enlarged again: what thumbnails are.
            var blurred = new Resizer().Resize(new Resizer().Resize(whole, whole.Width / shrunk, whole.Height / shrunk), whole.Width, whole.Height);
            double sharpness = PictureStatistics.Of(blurred).Sharpness;
            Assert.True(sharpness < last / 2, $"1/{shrunk}: {sharpness} after {last}");
            last = sharpness;
        }
    }

    [Fact]
    public void AReaderMeasuresFilesCropsAndPixels()
    {
        using var folder = new TempFolder();
        var image = Pictures.Gradient(1000, 800);
        string jpeg = folder.Write("a.jpg", ImageWriter.EncodeJpeg(image)), broken = folder.Write("b.jpg", "no");
        Sample[] samples = [new(jpeg, 0), new(broken, 0), new(jpeg, 0) { Crop = new(0, 0, 100, 50) }, new("memory", 0) { Pixels = image }];
        var (figures, problems) = PictureStatisticsReader.Read(samples, 2);
        Assert.Equal((1000, 800), (figures[0]!.Width, figures[0]!.Height));
        Assert.Null(figures[1]);
        Assert.Equal(broken, problems.Single().Path);
        Assert.Equal((100, 50, 2.0), (figures[2]!.Width, figures[2]!.Height, figures[2]!.Aspect));
        Assert.Equal(figures[3]!.Brightness, figures[0]!.Brightness, 0.01);
        Assert.Equal(PictureStatisticsReader.Read(samples, 1).Statistics, figures);
    }

    private static RgbImage Flat(int width, int height, byte r, byte g, byte b)
    {
        var pixels = new byte[width * height * 3];
        for (int i = 0; i < pixels.Length; i += 3) (pixels[i], pixels[i + 1], pixels[i + 2]) = (r, g, b);
        return new RgbImage(pixels, width, height);
    }

    // The extremes of every sum: black and white in turns.
    private static RgbImage Stripes(int width, int height)
        => new([.. Enumerable.Range(0, width * height).SelectMany(i => Enumerable.Repeat((byte)((i % width + i / width) % 2 * 255), 3))], width, height);

    private static void AssertSame(PictureSums expected, PictureSums actual)
    {
        Assert.Equal(Listed(expected), Listed(actual));
        Assert.Equal(expected.Histogram, actual.Histogram);

        static long[] Listed(PictureSums s) =>
        [
            s.Pixels, s.Luma, s.LumaSquares, s.Red, s.Green, s.Blue, s.RedGreenSquares, s.YellowBlueSquares, s.Coloured, s.Laplacian, s.LaplacianSquares, s.LaplacianCount,
            s.FlatBlocks, s.Blocks, s.BorderPixels, s.BorderRed, s.BorderGreen, s.BorderBlue,
        ];
    }
}
