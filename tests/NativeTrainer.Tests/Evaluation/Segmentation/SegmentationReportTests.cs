using NativeTrainer.Evaluation.Segmentation;
using NativeTrainer.Imaging;
using SkiaSharp;

namespace NativeTrainer.Tests.Evaluation.Segmentation;

public sealed class SegmentationReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void MasksArePairedByNameAndAddedUp()
    {
        Save("truth/a.png", 2, [0, 0, 1, 1]);
        Save("truth/day/b.png", 3, [0, 255, 2]);
        Save("said/a.png", 2, [0, 1, 1, 1]);
        Save("said/day/b.png", 3, [0, 1, 2]);
        Save("said/more.png", 1, [0]);
        var report = SegmentationReport.Of(Options(ignored: 255));
        // Class 0: 2 of 3; 1: 2 of 3; 2: 1 of 1. The pixel of 255 does not count.
        Assert.Equal((2, 6L), (report.Images, report.Counts.Pixels));
        Assert.Equal([2 / 3.0, 2 / 3.0, 1], report.Classes.Select(c => c.Pixels.Iou));
        Assert.Equal((2 / 3.0 + 2 / 3.0 + 1) / 3, report.Figures.Single(f => f.Key == "miou").Value, 1e-12);
        Assert.Contains("left out: 1", Assert.Single(report.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        Save("truth/a.png", 2, [0, 0, 1, 7]);
        Refused("lacks a mask for 1 of the 1");
        Save("said/a.png", 4, [0, 1, 1, 1]);
        Refused("has 4×1 pixels");
        Save("said/a.png", 2, [0, 1, 1, 1]);
        var mistake = Assert.Throws<UserException>(() => SegmentationReport.Of(Options() with { Classes = ["road", "car"] }));
        Assert.Contains("pixel (1, 1) is 7, and there are 2 classes", mistake.Message, StringComparison.Ordinal);
        _folder.File("said/a.png", "no picture");
        Refused("a mask is a PNG");

        void Refused(string said) => Assert.Contains(said, Assert.Throws<UserException>(() => SegmentationReport.Of(Options())).Message, StringComparison.Ordinal);
    }

    private SegmentationOptions Options(int? ignored = null)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "said"));
        return new() { Truth = Path.Combine(_folder.Path, "truth"), Predictions = Path.Combine(_folder.Path, "said"), Ignored = ignored };
    }

    private void Save(string name, int width, byte[] pixels)
    {
        string path = _folder.File(name, "");
        using var bitmap = new SKBitmap(new SKImageInfo(width, pixels.Length / width, SKColorType.Gray8));
        for (int y = 0; y < bitmap.Height; y++) pixels.AsSpan(y * width, width).CopyTo(bitmap.GetPixelSpan()[(y * bitmap.RowBytes)..]);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, data.ToArray());
    }
}
