namespace NativeTrainer.Imaging.Tests;

public class CroppedDecodingTests
{
    private static readonly PixelRegion[] Regions = [new(0, 0, 1, 1), new(3, 5, 20, 7), new(0, 0, 40, 24), new(17, 0, 23, 24), new(39, 23, 1, 1)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void ARegionIsOfTheUprightPicture(int orientation)
    {
        var image = Pictures.Noise(40, 24, 1);
        byte[] file = Turned(image, orientation);
        var upright = Orientations.Apply(image, orientation);
        foreach (var region in Regions.Select(r => orientation >= 5 ? new PixelRegion(r.Y, r.X, r.Height, r.Width) : r))
        {
            var result = ImageDecoder.Decode(file, new DecodeTarget { Region = region });
            Assert.Equal((region.Width, region.Height), (result.FullWidth, result.FullHeight));
            AssertSame(Part(upright, region), result.Image!);
        }
    }

    [Fact]
    public void ARegionIsClippedAndOneOutsideIsRefused()
    {
        byte[] file = ImageWriter.EncodePng(Pictures.Noise(40, 24, 1));
        AssertSame(ImageDecoder.Decode(file, new DecodeTarget { Region = new(30, 20, 10, 4) }).Image!, ImageDecoder.Decode(file, new DecodeTarget { Region = new(30, 20, int.MaxValue, 100) }).Image!);
        var result = ImageDecoder.Decode(file, new DecodeTarget { Region = new(40, 0, 5, 5) });
        Assert.Equal((DecodeFailure.OutsidePicture, "has 40×24 pixels, and the box 40,0,5,5 lies outside"), (result.Failure, result.Reason));
    }

    // The crop decides how far decoding may shrink: a quarter of the side needs four times the pixels of the whole picture.
    [Theory]
    [InlineData(64, 800, 600, 100, 75)]
    [InlineData(64, 256, 256, 64, 64)]
    [InlineData(64, 252, 256, 126, 128)]
    [InlineData(64, 100, 80, 100, 80)]
    [InlineData(64, 20, 30, 20, 30)]
    [InlineData(0, 256, 256, 256, 256)]
    public void TheCropsSizeDecidesTheScale(int shortSide, int width, int height, int decodedWidth, int decodedHeight)
    {
        byte[] file = ImageWriter.EncodeJpeg(Pictures.Gradient(800, 600));
        var image = ImageDecoder.Decode(file, new DecodeTarget(shortSide) { Region = new(0, 0, width, height) }).Image!;
        Assert.Equal((decodedWidth, decodedHeight), (image.Width, image.Height));
    }

    // A shrunk pixel that holds a part of the region belongs to it.
    [Fact]
    public void AShrunkRegionHoldsTheWholeOne()
    {
        byte[] file = ImageWriter.EncodeJpeg(Pictures.Gradient(800, 600));
        var whole = ImageDecoder.Decode(file, new DecodeTarget(150)).Image!;
        var part = ImageDecoder.Decode(file, new DecodeTarget(50) { Region = new(101, 203, 201, 199) }).Image!;
        Assert.Equal((200, 150), (whole.Width, whole.Height));
        AssertSame(Part(whole, new(25, 50, 51, 51)), part);
    }

    [Fact]
    public void PartsOfOneFileAreWhatEachWouldBeAlone()
    {
        using var folder = new TempFolder();
        string file = folder.Write("a.jpg", ImageWriter.EncodeJpeg(Pictures.Gradient(800, 600)));
        DecodeTarget[] targets = [new(64) { Region = new(0, 0, 300, 300) }, new(64) { Region = new(500, 100, 90, 90) }, new(64), new(64) { Region = new(9, 9, 310, 290) }, new() { Region = new(900, 0, 1, 1) }];
        var together = ImageDecoder.Decode(file, targets);
        Assert.Equal(DecodeFailure.OutsidePicture, together[^1].Failure);
        for (int i = 0; i < targets.Length - 1; i++) AssertSame(ImageDecoder.Decode(file, targets[i]).Image!, together[i].Image!);
    }

    // Threads divide the samples in other places, and a small cache decodes crops one by one.
    [Theory]
    [InlineData(1, 2_000_000_000)]
    [InlineData(3, 2_000_000_000)]
    [InlineData(2, 0)]
    [InlineData(2, 60_000)]
    public void ASourceGivesCropsWhateverTheThreadsAndTheCache(int threads, long cache)
    {
        using var folder = new TempFolder();
        string[] files = [folder.Write("a.jpg", ImageWriter.EncodeJpeg(Pictures.Gradient(400, 300))), folder.Write("b.jpg", ImageWriter.EncodeJpeg(Pictures.Noise(90, 70, 2)))];
        var samples = Enumerable.Range(0, 60).Select(i => new Sample(files[i / 30], i % 2) { Crop = new PixelRegion(i % 30, i % 7, 20 + i, 20 + i % 40) }).ToList();
        using var source = BatchSource.Train(samples, 24, new BatchOptions { BatchSize = 7, Threads = threads, CacheBytes = cache });
        source.Prepare();
        Assert.Empty(source.Problems);
        int[] order = [.. Enumerable.Range(0, 60).Select(i => i * 37 % 60)];
        var resizer = new Resizer();
        foreach (var batch in source.Epoch(order))
        {
            for (int i = 0; i < batch.Count; i++)
            {
                var crop = samples[batch.SampleIndices[i]];
                var expected = ImageDecoder.Decode(crop.Path, new DecodeTarget(24) { Region = crop.Crop }).Image!;
                var (width, height) = Resizer.FitShortSide(expected.Width, expected.Height, 24);
                AssertSame(expected.ShortSide <= 24 ? expected : resizer.Resize(expected, width, height), batch.Images[i]);
            }
        }
    }

    [Fact]
    public void PicturesInMemoryAreCroppedToo()
    {
        var image = Pictures.Noise(40, 24, 1);
        Sample[] samples = [new("x", 0) { Pixels = image, Crop = new(3, 5, 20, 7) }, new("y", 0) { Pixels = image }, new("z", 0) { Pixels = image, Crop = new(50, 5, 20, 7) }];
        using var source = BatchSource.Train(samples, 24, new BatchOptions { BatchSize = 2 });
        source.Prepare();
        var batch = source.Epoch([0, 1]).Single();
        AssertSame(Part(image, new(3, 5, 20, 7)), batch.Images[0]);
        AssertSame(image, batch.Images[1]);
        Assert.Equal("has 40×24 pixels, and the box 50,5,20,7 lies outside", source.Problems.Single().Reason);
    }

    [Fact]
    public void HeadersTellSizeAndOrientation()
    {
        using var folder = new TempFolder();
        string jpeg = folder.Write("a.jpg", ImageWriter.EncodeJpeg(Pictures.Noise(400, 300, 1)));
        string png = folder.Write("b.png", Turned(Pictures.Noise(40, 24, 1), 6));
        // Metadata that fill what is read at first.
        byte[] padded = [0xFF, 0xD8, .. Enumerable.Range(0, 2).SelectMany(_ => (byte[])[0xFF, 0xE2, 0xFF, 0xFF, .. new byte[0xFFFD]]), .. File.ReadAllBytes(jpeg)[2..]];
        Assert.Equal(new PictureHeader(400, 300, 1), ImageDecoder.ReadHeader(jpeg));
        Assert.Equal(new PictureHeader(40, 24, 6), ImageDecoder.ReadHeader(png));
        Assert.Equal(new PictureHeader(400, 300, 1), ImageDecoder.ReadHeader(folder.Write("c.jpg", padded)));
        Assert.Null(ImageDecoder.ReadHeader(folder.Write("d.jpg", "text")));
        Assert.Null(ImageDecoder.ReadHeader(folder["none.jpg"]));
    }

    internal static byte[] Turned(RgbImage image, int orientation)
    {
        int row = image.Width * 3;
        return new PngFile(image.Width, image.Height, 8, 2).Chunk("eXIf", TiffBytes.WithOrientation(orientation, true)).Finish([.. Enumerable.Range(0, image.Height).Select(y => image.Pixels[(y * row)..((y + 1) * row)])]);
    }

    internal static RgbImage Part(RgbImage image, PixelRegion region)
    {
        var pixels = new List<byte>();
        for (int y = region.Y; y < region.Y + region.Height; y++)
        {
            for (int x = region.X; x < region.X + region.Width; x++)
            {
                var (r, g, b) = image.At(x, y);
                pixels.AddRange([r, g, b]);
            }
        }
        return new RgbImage([.. pixels], region.Width, region.Height);
    }

    internal static void AssertSame(RgbImage expected, RgbImage actual)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.Equal(expected.Pixels, actual.Pixels);
    }
}
