using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Benchmarks.Explaining;

/// <summary>A photograph's middle pasted on another photograph.</summary>
/// <param name="Class">Index of what was pasted.</param>
/// <param name="Box">Where, in pixels of <paramref name="Picture"/>.</param>
internal sealed record PastedObject(RgbImage Picture, int Class, PixelRegion Box, string Source);

/// <summary>Pictures whose object is known to the pixel: the middle of a photo of a class that the network knows, shrunk, on a photo of something that it does not know.</summary>
internal static class PastedObjects
{
    private const uint PlaceOp = 0x9A57;

    /// <param name="objects">Folder with one folder per class; classes by their sorted names.</param>
    /// <param name="backgrounds">Folder of other pictures.</param>
    /// <param name="side">Of the pictures, in pixels.</param>
    /// <param name="objectSide">Of what is pasted.</param>
    public static IEnumerable<PastedObject> Make(string objects, string backgrounds, int count, int side, int objectSide, ulong seed)
    {
        string[] classes = [.. Directory.GetDirectories(objects).Order(StringComparer.Ordinal)];
        string[][] photos = [.. classes.Select(folder => ImageFiles.Below(folder).ToArray())];
        var others = ImageFiles.Below(backgrounds);
        ulong key = CounterRandom.Key(seed, 0, 0, PlaceOp);
        var resizer = new Resizer();
        for (int i = 0; i < count; i++)
        {
            ulong at = 4 * (ulong)i;
            int label = i % classes.Length;
            string source = photos[label][CounterRandom.Below(key, at, photos[label].Length)], ground = others[CounterRandom.Below(key, at + 1, others.Count)];
            var picture = resizer.CentreCrop(Decode(ground), side, side);
            // Seven eighths of the short side: the middle, where the object of such photos is.
            var pasted = resizer.CentreCrop(Decode(source), objectSide * 8 / 7, objectSide);
            var box = new PixelRegion(CounterRandom.Below(key, at + 2, side - objectSide + 1), CounterRandom.Below(key, at + 3, side - objectSide + 1), objectSide, objectSide);
            for (int y = 0; y < objectSide; y++) pasted.Pixels.AsSpan(y * objectSide * 3, objectSide * 3).CopyTo(picture.Pixels.AsSpan(((box.Y + y) * side + box.X) * 3));
            yield return new PastedObject(picture, label, box, source);
        }
    }

    private static RgbImage Decode(string path) => ImageDecoder.Decode(path).Image ?? throw new UserException($"{path}: gives no picture");
}
