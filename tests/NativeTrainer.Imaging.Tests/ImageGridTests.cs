namespace NativeTrainer.Imaging.Tests;

public class ImageGridTests
{
    [Fact]
    public void PicturesLieRowByRowAndWhole()
    {
        RgbImage[] images = [.. Enumerable.Range(0, 5).Select(i => Pictures.Noise(16, 16, i))];
        var sheet = ImageGrid.Render(images, null, 3, 16);
        // Cells of 16 with gaps of 4 around them.
        Assert.Equal((3 * 20 + 4, 2 * 20 + 4), (sheet.Width, sheet.Height));
        for (int i = 0; i < 5; i++) Assert.Equal(images[i].Pixels, Window(sheet, 4 + i % 3 * 20, 4 + i / 3 * 20, 16, 16).Pixels);
        Assert.All(Window(sheet, 44, 24, 20, 20).Pixels, value => Assert.Equal(255, value));
    }

    [Theory]
    [InlineData(40, 20)]
    [InlineData(3, 9)]
    [InlineData(1, 1000)]
    public void ProportionsAreKept(int width, int height)
    {
        var image = new RgbImage(new byte[width * height * 3], width, height);
        var cell = Window(ImageGrid.Render([image], null, 1, 32), 4, 4, 32, 32);
        // A black picture on a bright frame: its extent is the extent of black.
        var black = Enumerable.Range(0, 32 * 32).Where(i => cell.Pixels[i * 3] == 0).ToList();
        int across = black.Select(i => i % 32).Distinct().Count(), down = black.Select(i => i / 32).Distinct().Count();
        double factor = 32.0 / Math.Max(width, height);
        Assert.Equal((Math.Max((int)Math.Round(width * factor), 1), Math.Max((int)Math.Round(height * factor), 1)), (across, down));
    }

    [Fact]
    public void LabelsStandUnderTheirPictureAndWithinItsWidth()
    {
        RgbImage[] images = [Pictures.Noise(32, 32, 1), Pictures.Noise(32, 32, 2)];
        var sheet = ImageGrid.Render(images, ["", "a label that is far too long 花"], 2, 32);
        Assert.Equal(2 * 36 + 4, sheet.Width);
        var (left, right) = (Window(sheet, 0, 36, 40, sheet.Height - 36), Window(sheet, 40, 36, 36, sheet.Height - 36));
        Assert.All(left.Pixels, value => Assert.Equal(255, value));
        Assert.Contains(right.Pixels, value => value < 100);
        Assert.All(Window(right, 32, 0, 4, right.Height).Pixels, value => Assert.Equal(255, value));
        Assert.Equal(images[1].Pixels, Window(sheet, 40, 4, 32, 32).Pixels);
    }

    [Fact]
    public void LettersDiffer()
    {
        byte[][] drawn = [.. Enumerable.Range(' ', '~' - ' ' + 1).Append('é').Select(letter =>
        {
            var target = new RgbImage(new byte[BitmapFont.CellWidth * BitmapFont.CellHeight * 3], BitmapFont.CellWidth, BitmapFont.CellHeight);
            BitmapFont.Draw(target, ((char)letter).ToString(), 0, 0, 1, 255);
            return target.Pixels;
        })];
        Assert.Equal(drawn.Length, drawn.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void ALabelIsOwedToEachPicture()
        => Assert.Throws<ArgumentException>(() => ImageGrid.Render([Pictures.Noise(2, 2, 1)], ["one", "two"], 1, 16));

    private static RgbImage Window(RgbImage image, int left, int top, int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (int y = 0; y < height; y++) image.Pixels.AsSpan(((top + y) * image.Width + left) * 3, width * 3).CopyTo(pixels.AsSpan(y * width * 3));
        return new RgbImage(pixels, width, height);
    }
}
