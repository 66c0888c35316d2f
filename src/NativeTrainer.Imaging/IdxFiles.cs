using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;

namespace NativeTrainer.Imaging;

/// <summary>
/// Reads MNIST's idx files (http://yann.lecun.com/exdb/mnist/): <c>train-</c> and <c>t10k-images-idx3-ubyte</c> with their labels, plain or gzipped.
/// Gray is written to all three channels; classes are named by their number.
/// </summary>
internal static class IdxFiles
{
    private const int ImagesMagic = 0x00000803, LabelsMagic = 0x00000801;

    /// <returns>Image files with the split that their name gives; a part that is alone belongs to no split.</returns>
    public static List<(string Path, SplitName? Split)> Find(string folder)
    {
        var found = new List<(string, SplitName?)>();
        foreach (var (prefix, split) in new[] { ("train", SplitName.Train), ("t10k", SplitName.Test) })
        {
            string plain = Path.Combine(folder, $"{prefix}-images-idx3-ubyte");
            string? path = File.Exists(plain) ? plain : File.Exists(plain + ".gz") ? plain + ".gz" : null;
            if (path is not null) found.Add((path, split));
        }
        return found.Count == 1 ? [(found[0].Item1, null)] : found;
    }

    public static LabelledSet Read(List<(string Path, SplitName? Split)> files, string shown)
    {
        var entries = new List<LabelledSet.Entry>();
        foreach (var (path, split) in files) ReadPart(path, split, entries);
        return new LabelledSet(shown, entries, []);
    }

    private static void ReadPart(string path, SplitName? split, List<LabelledSet.Entry> entries)
    {
        byte[] images = ReadAll(path, ImagesMagic, 16);
        string labelPath = Path.Combine(Path.GetDirectoryName(path)!, Path.GetFileName(path).Replace("images-idx3", "labels-idx1"));
        byte[] labels = ReadAll(labelPath, LabelsMagic, 8);
        int count = Int32(images, 4), height = Int32(images, 8), width = Int32(images, 12);
        if (count < 1 || height < 1 || width < 1 || images.LongLength != 16 + (Int128)count * height * width)
            throw new UserException($"{path}: {images.LongLength} bytes do not fit the header, which says {count} pictures of {width}×{height}. Download it again.");
        if (Int32(labels, 4) != count || labels.Length != 8 + count)
            throw new UserException($"{labelPath}: {labels.Length - 8} labels for {count} pictures. Download it again.");
        for (int i = 0; i < count; i++)
        {
            var pixels = new byte[height * width * 3];
            for (int p = 0; p < height * width; p++) pixels.AsSpan(p * 3, 3).Fill(images[16 + i * height * width + p]);
            string name = labels[8 + i].ToString(CultureInfo.InvariantCulture);
            entries.Add(new LabelledSet.Entry($"{path}#{i}", name, split, null, path) { Pixels = new RgbImage(pixels, width, height) });
        }
    }

    private static byte[] ReadAll(string path, int magic, int headerBytes)
    {
        try
        {
            using var file = File.OpenRead(path);
            using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var bytes = new MemoryStream();
            content.CopyTo(bytes);
            if (bytes.Length < headerBytes || Int32(bytes.GetBuffer(), 0) != magic) throw new UserException($"{path}: is not an idx file of bytes. Download it again.");
            return bytes.ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new UserException($"{path}: cannot be read ({exception.Message})", exception);
        }
    }

    private static int Int32(byte[] bytes, int at) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
}
