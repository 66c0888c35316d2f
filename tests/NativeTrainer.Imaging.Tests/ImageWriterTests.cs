namespace NativeTrainer.Imaging.Tests;

public class ImageWriterTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 3)]
    [InlineData(64, 17)]
    [InlineData(1, 2000)]
    public void PngKeepsEveryPixel(int width, int height)
    {
        using var folder = new TempFolder();
        var image = Pictures.Noise(width, height, 1);
        ImageWriter.Write(image, folder["a.PNG"]);
        var read = ImageDecoder.Decode(folder["a.PNG"]).Image!;
        Assert.Equal((width, height), (read.Width, read.Height));
        Assert.Equal(image.Pixels, read.Pixels);
    }

    [Theory]
    [InlineData("a.jpg")]
    [InlineData("a.JPEG")]
    public void JpegComesNearerWithItsQuality(string name)
    {
        using var folder = new TempFolder();
        var image = Pictures.Gradient(80, 50);
        double[] distances = [.. new[] { 5, 50, 95 }.Select(quality =>
        {
            ImageWriter.Write(image, folder[name], quality);
            Assert.Equal([0xFF, 0xD8, 0xFF], File.ReadAllBytes(folder[name])[..3]);
            return Pictures.MeanDifference(image, ImageDecoder.Decode(folder[name]).Image!);
        })];
        Assert.Equal(distances.OrderDescending(), distances);
        Assert.True(distances[2] < distances[0]);
    }

    [Fact]
    public void AnOlderFileIsReplaced()
    {
        using var folder = new TempFolder();
        ImageWriter.Write(Pictures.Noise(50, 50, 1), folder["a.png"]);
        var image = Pictures.Noise(2, 2, 2);
        ImageWriter.Write(image, folder["a.png"]);
        Assert.Equal(ImageWriter.EncodePng(image), File.ReadAllBytes(folder["a.png"]));
    }

    [Theory]
    [InlineData("a.gif", "pictures are written as .png or .jpg, not as '.gif'")]
    [InlineData("a", "pictures are written as .png or .jpg, not as ''")]
    [InlineData("no/such/a.png", "cannot be written (")]
    public void MistakesNameTheFile(string name, string reason)
    {
        using var folder = new TempFolder();
        string message = Assert.Throws<UserException>(() => ImageWriter.Write(Pictures.Noise(1, 1, 1), folder[name])).Message;
        Assert.StartsWith($"{folder[name]}: {reason}", message);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
