namespace NativeTrainer.Imaging;

/// <summary>A contact sheet: equal cells, each with a picture and, if wanted, a label under it.</summary>
public static class ImageGrid
{
    private const int Gap = 4;
    private const byte Background = 255, Frame = 235, Ink = 30;

    /// <param name="images">Row by row; shrunk or enlarged to fit their cell, proportions kept.</param>
    /// <param name="labels">One per picture, cut where it is wider than the cell; null leaves no room for labels. Letters beyond ASCII are drawn as boxes.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="cellSize">Side of a cell in pixels, at least 8.</param>
    public static RgbImage Render(IReadOnlyList<RgbImage> images, IReadOnlyList<string>? labels, int columns, int cellSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images.Count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cellSize, 8);
        if (labels is not null && labels.Count != images.Count) throw new ArgumentException($"{labels.Count} labels for {images.Count} pictures", nameof(labels));
        int scale = cellSize >= 192 ? 2 : 1;
        int pitchX = cellSize + Gap, pitchY = cellSize + Gap + (labels is null ? 0 : (BitmapFont.CellHeight + 2) * scale);
        int width = Math.Min(columns, images.Count) * pitchX + Gap, height = (images.Count + columns - 1) / columns * pitchY + Gap;
        var sheet = new RgbImage(new byte[checked(width * height * 3)], width, height);
        sheet.Pixels.AsSpan().Fill(Background);
        var resizer = new Resizer();
        for (int i = 0; i < images.Count; i++)
        {
            int left = Gap + i % columns * pitchX, top = Gap + i / columns * pitchY;
            DrawCell(sheet, Fit(images[i], cellSize, resizer), left, top, cellSize);
            if (labels is not null) BitmapFont.Draw(sheet, Cut(labels[i], cellSize / (BitmapFont.CellWidth * scale)), left, top + cellSize + scale * 2, scale, Ink);
        }
        return sheet;
    }

    private static RgbImage Fit(RgbImage image, int side, Resizer resizer)
    {
        double factor = (double)side / Math.Max(image.Width, image.Height);
        return resizer.Resize(image, Math.Max((int)Math.Round(image.Width * factor), 1), Math.Max((int)Math.Round(image.Height * factor), 1));
    }

    private static void DrawCell(RgbImage sheet, RgbImage image, int left, int top, int side)
    {
        for (int y = 0; y < side; y++) Row(sheet, left, top + y, side).Fill(Frame);
        left += (side - image.Width) / 2;
        top += (side - image.Height) / 2;
        for (int y = 0; y < image.Height; y++) Row(image, 0, y, image.Width).CopyTo(Row(sheet, left, top + y, image.Width));
    }

    private static Span<byte> Row(RgbImage image, int left, int y, int width) => image.Pixels.AsSpan((y * image.Width + left) * 3, width * 3);

    private static string Cut(string label, int letters) => label.Length <= letters ? label : label[..Math.Max(letters - 2, 0)] + "..";
}
