namespace NativeTrainer.Imaging.Tests;

public class PerceptualHashTests
{
    // Hashes lie in caches: another value needs another version.
    [Fact]
    public void TheHashOfAVersionIsFixed()
    {
        Assert.Equal(1, PerceptualHash.Version);
        Assert.Equal("a5121b080f050cb2a27c37f2ee87410d", PerceptualHash.Of(Pictures.Noise(96, 64, 3)).ToString());
    }

    [Fact]
    public void AMirroredPictureHasTheMirroredHash()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var thumbnail = GrayThumbnail.Of(Pictures.Noise(70, 50, seed));
            Assert.Equal(PerceptualHash.Of(thumbnail).Mirrored, PerceptualHash.Of(thumbnail.Mirrored()));
            Assert.Equal(PerceptualHash.Of(thumbnail), PerceptualHash.Of(thumbnail).Mirrored.Mirrored);
        }
    }

    [Theory]
    [InlineData(30, 0.5)]
    [InlineData(95, 0.5)]
    [InlineData(30, 2)]
    [InlineData(60, 1)]
    public void QualityAndSizeChangeFewBits(int quality, double factor)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            var picture = Blocks(seed);
            var resized = new Resizer().Resize(picture, (int)(picture.Width * factor), (int)(picture.Height * factor));
            var copy = ImageDecoder.Decode(ImageWriter.EncodeJpeg(resized, quality)).Image!;
            Assert.InRange(PerceptualHash.Of(copy).Distance(PerceptualHash.Of(picture)), 0, 10);
        }
    }

    [Theory]
    [InlineData(0.8)]
    [InlineData(1.2)]
    public void BrightnessChangesFewBits(double factor)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            var picture = Blocks(seed);
            var copy = new RgbImage([.. picture.Pixels.Select(p => (byte)Math.Min(p * factor, 255))], picture.Width, picture.Height);
            Assert.InRange(PerceptualHash.Of(copy).Distance(PerceptualHash.Of(picture)), 0, 10);
        }
    }

    // Half of 128 bits differ by chance: binomial, deviation 5.7; six of these are 34.
    [Fact]
    public void OtherPicturesDifferInAboutHalfOfTheBits()
    {
        PerceptualHash[] hashes = [.. Enumerable.Range(0, 40).Select(i => PerceptualHash.Of(Blocks(i)))];
        for (int i = 0; i < hashes.Length; i++)
        {
            for (int j = 0; j < i; j++) Assert.InRange(hashes[i].Distance(hashes[j]), 64 - 34, 64 + 34);
        }
    }

    [Fact]
    public void TheFirstProbeIsTheHashItself()
    {
        var thumbnail = GrayThumbnail.Of(Blocks(3));
        var probes = PerceptualHash.Probes(thumbnail);
        Assert.Equal(PerceptualHash.Of(thumbnail), probes[0]);
        Assert.Equal(21, probes.Distinct().Count());
    }

    [Fact]
    public void TextReadsBack()
    {
        var hash = PerceptualHash.Of(Blocks(1));
        Assert.True(PerceptualHash.TryParse(hash.ToString(), out var read));
        Assert.Equal(hash, read);
        Assert.False(PerceptualHash.TryParse("12", out _));
        Assert.False(PerceptualHash.TryParse(new string('g', 32), out _));
    }

    [Fact]
    public void ASignatureReadsBackFromItsBytes()
    {
        byte[] file = ImageWriter.EncodePng(Blocks(2));
        var signature = PictureSignature.Of(file, Blocks(2)) with { Capture = new CaptureInfo(new DateTime(2024, 2, 3, 4, 5, 6, 789), "Maker", null) };
        var read = PictureSignature.FromBytes(signature.ToBytes())!;
        Assert.Equal((signature.Content, signature.Hash, signature.Capture), (read.Content, read.Hash, read.Capture));
        Assert.Equal(signature.Thumbnail.Pixels, read.Thumbnail.Pixels);
        Assert.Null(PictureSignature.FromBytes(signature.ToBytes().AsSpan(0, 200)));
    }

    [Fact]
    public void AFileWithoutAPictureHasNoSignature()
    {
        using var folder = new TempFolder();
        Assert.Null(PictureSignature.Read(new Sample(folder.Write("a.jpg", "no picture"), 0)));
        Assert.Null(PictureSignature.Read(new Sample(folder["missing.jpg"], 0)));
        Assert.NotNull(PictureSignature.Read(new Sample("memory", 0) { Pixels = Blocks(1) }));
    }

    // Flat blocks of three sizes, one upon the other: all frequencies that are hashed, and nothing that JPEG loses.
    private static RgbImage Blocks(int seed)
    {
        const int width = 120, height = 90;
        var random = new Random(seed);
        var pixels = new byte[width * height * 3];
        foreach (int block in (ReadOnlySpan<int>)[17, 11, 7])
        {
            int columns = width / block + 1;
            var levels = new byte[columns * (height / block + 1)];
            random.NextBytes(levels);
            for (int i = 0; i < pixels.Length; i++) pixels[i] += (byte)(levels[i / 3 / width / block * columns + i / 3 % width / block] / 4 + 4);
        }
        return new RgbImage(pixels, width, height);
    }
}
