using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>A mistake in a data set, and how the audit has to name it.</summary>
/// <param name="What">In words.</param>
/// <param name="Code">Of the finding that has to be there.</param>
/// <param name="Files">Below the data set: those that the evidence should show; empty where the finding is about the whole.</param>
/// <param name="Figure">A figure that the finding has to give, where several mistakes have one code; empty for any.</param>
internal sealed record PlantedMistake(string What, string Code, IReadOnlyList<string> Files, string Figure = "");

/// <summary>Photos of a data set, each dealt out once, in an order by seed.</summary>
internal sealed class PhotoDeck
{
    private readonly Dictionary<(string Class, SplitName Split), Queue<string>> _photos = [];

    public PhotoDeck(string data, ulong seed)
    {
        var index = DatasetIndex.Open(data);
        Classes = index.Classes;
        foreach (var split in (SplitName[])[SplitName.Train, SplitName.Val])
        {
            foreach (var photos in index.Split(split).GroupBy(sample => sample.Label))
            {
                var order = photos.Select((sample, i) => (sample.Path, Key: CounterRandom.Key(seed, (uint)sample.Label, (ulong)i, (uint)split))).OrderBy(photo => photo.Key);
                _photos[(Classes[photos.Key], split)] = new Queue<string>(order.Select(photo => photo.Path));
            }
        }
    }

    public IReadOnlyList<string> Classes { get; }

    public string[] Deal(string name, SplitName split, int count)
    {
        var photos = _photos[(name, split)];
        return [.. Enumerable.Range(0, count).Select(_ => photos.Dequeue())];
    }
}

/// <summary>A data set that is being spoiled: class folders below train and val, and what was planted there.</summary>
internal sealed class PlantedFolder(string name, string root, string words)
{
    private int _next;

    /// <summary>Of the table.</summary>
    public string Name => name;

    public string Words => words;

    public string Data { get; } = Path.Combine(root, name);

    /// <summary>Pictures of use; null where there are none.</summary>
    public string? Production { get; set; }

    public List<PlantedMistake> Mistakes { get; } = [];

    public void Plant(string what, string code, params IEnumerable<string> files) => Mistakes.Add(new PlantedMistake(what, code, [.. files]));

    /// <summary>Copies a photo under its own name.</summary>
    /// <returns>Its place below the data set.</returns>
    public string Add(string photo, string folder) => Write(File.ReadAllBytes(photo), $"{folder}/{Path.GetFileName(photo)}");

    public string[] AddAll(IEnumerable<string> photos, string folder) => [.. photos.Select(photo => Add(photo, folder))];

    /// <summary>A file under a name that says nothing.</summary>
    public string Add(byte[] file, string folder) => Write(file, $"{folder}/{Convert.ToHexStringLower(BitConverter.GetBytes(CounterRandom.Key(1, 0, (ulong)_next++, 0x9A3E)))}.jpg");

    public string Add(RgbImage image, string folder) => Add(ImageWriter.EncodeJpeg(image, 92), folder);

    public string Write(byte[] file, string to)
    {
        string path = FullPath(to);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, file);
        return to;
    }

    public string FullPath(string file) => Path.Combine(Data, file);

    public RgbImage Picture(string file) => Decode(FullPath(file));

    /// <summary>Writes a picture over a file.</summary>
    public void Change(string file, Func<RgbImage, RgbImage> change) => Write(ImageWriter.EncodeJpeg(change(Picture(file)), 92), file);

    public static RgbImage Decode(string path) => ImageDecoder.Decode(path).Image ?? throw new InvalidOperationException($"{path} gives no picture");
}
