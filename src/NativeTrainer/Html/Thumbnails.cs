using NativeTrainer.Advice.Findings;
using NativeTrainer.Imaging;

namespace NativeTrainer.Html;

/// <summary>Small JPEG pictures as data URIs, within a budget for all of a report.</summary>
/// <param name="budget">Characters of all data URIs together.</param>
internal sealed class Thumbnails(int budget = Thumbnails.Budget)
{
    /// <summary>Some 400 pictures: a page that browsers open at once and mail servers take.</summary>
    public const int Budget = 4_000_000;

    private const int LongSide = 220, Quality = 78;

    private readonly Resizer _resizer = new();
    private int _spent;

    /// <summary>Pictures that the budget left out.</summary>
    public int LeftOut { get; private set; }

    /// <summary>The picture, or why there is none.</summary>
    public Thumbnail Of(EvidenceFile file) => Of(() => file.Pixels ?? ImageDecoder.Decode(file.Path, new DecodeTarget(LongSide) { Region = file.Crop }).Image);

    /// <param name="picture">Gives the picture, or null where there is none; asked only where the budget has room.</param>
    public Thumbnail Of(Func<RgbImage?> picture)
    {
        if (_spent >= budget)
        {
            LeftOut++;
            return new Thumbnail(null, 0, 0, "left out to keep this file small");
        }
        if (picture() is not { } image) return new Thumbnail(null, 0, 0, "no picture");
        double factor = Math.Min(1, (double)LongSide / Math.Max(image.Width, image.Height));
        var small = _resizer.Resize(image, Math.Max((int)Math.Round(image.Width * factor), 1), Math.Max((int)Math.Round(image.Height * factor), 1));
        string uri = "data:image/jpeg;base64," + Convert.ToBase64String(ImageWriter.EncodeJpeg(small, Quality));
        _spent += uri.Length;
        return new Thumbnail(uri, small.Width, small.Height, "");
    }
}

/// <param name="Uri"><c>data:image/jpeg;base64,…</c>, or null.</param>
/// <param name="Reason">A phrase where there is no picture.</param>
internal sealed record Thumbnail(string? Uri, int Width, int Height, string Reason);
