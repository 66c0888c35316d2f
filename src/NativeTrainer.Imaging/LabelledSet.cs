using System.Globalization;
using NativeTrainer.Imaging.Annotations;

namespace NativeTrainer.Imaging;

/// <summary>What a data set's files say, before classes are numbered and splits are made.</summary>
/// <param name="Root">The folder or file that the user named, for messages.</param>
/// <param name="Entries">In an order that depends on names alone.</param>
/// <param name="Notes">One line each for what was passed over.</param>
internal sealed record LabelledSet(string Root, List<LabelledSet.Entry> Entries, List<string> Notes)
{
    /// <param name="Path">Full path.</param>
    /// <param name="Class">Class name.</param>
    /// <param name="Split">Null where the data set does not say.</param>
    /// <param name="Group">Null is a group of its own.</param>
    /// <param name="Source">Where the label stands, for messages: a folder, or a CSV file with its line.</param>
    internal sealed record Entry(string Path, string Class, SplitName? Split, string? Group, string Source)
    {
        public RgbImage? Pixels { get; init; }

        public PixelRegion? Crop { get; init; }

        /// <summary>Of a picture that may have none or several, sorted; <see cref="Class"/> then holds all of them. Null where it has the one.</summary>
        public IReadOnlyList<string>? Labels { get; init; }

        /// <summary>The classes by name.</summary>
        public IReadOnlyList<string> Names => Labels ?? [Class];
    }

    private const double MaxMargin = 2;

    /// <summary>Whether pictures may have none or several labels.</summary>
    public bool MultiLabel => Entries.Count > 0 && Entries[0].Labels is not null;

    public static readonly string[] SplitWords = ["train", "val", "valid", "validation", "test"];

    public static SplitName? ParseSplit(string word) => word.ToLowerInvariant() switch
    {
        "train" or "training" => SplitName.Train,
        "val" or "valid" or "validation" => SplitName.Val,
        "test" or "testing" => SplitName.Test,
        _ => null,
    };

    /// <summary>Reads a folder, a CSV file or a file of an annotation tool.</summary>
    /// <param name="path">What the user named.</param>
    /// <param name="strictFolders">An empty class folder of the training part is a mistake; otherwise it is a note.</param>
    /// <param name="cropBoxes">Makes a sample of each box, with so much of its size as margin; null takes whole pictures.</param>
    public static LabelledSet Read(string path, bool strictFolders, double? cropBoxes = null)
    {
        if (cropBoxes is not (null or (>= 0 and <= MaxMargin)))
            throw new UserException(string.Create(CultureInfo.InvariantCulture, $"--crop-boxes {cropBoxes} is out of range; the margin is a share of the box's size, 0 to {MaxMargin}"));
        var set = ReadAny(path, strictFolders, cropBoxes);
        if (cropBoxes is not null && set.Entries.All(e => e.Crop is null))
            throw new UserException($"{path}: has no boxes to crop. Leave --crop-boxes out, or give annotations with boxes (COCO, Label Studio, Kili, CVAT, Pascal VOC, YOLO, or a CSV with x,y,width,height).");
        return set;
    }

    private static LabelledSet ReadAny(string path, bool strictFolders, double? cropBoxes)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0')) throw new UserException($"'{path.Replace('\0', ' ')}' is no path of a data set. Give a folder of class folders or a CSV.");
        string root = System.IO.Path.GetFullPath(path);
        if (!File.Exists(root) && !Directory.Exists(root)) throw new UserException($"{path}: no such folder or file{(path == root ? "" : $" (looked for {root})")}. Give a folder of class folders or a CSV.");
        try
        {
            return File.Exists(root) ? ReadFile(root, path, cropBoxes) : ReadFolder(root, path, strictFolders, cropBoxes);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new UserException($"{path}: cannot be read ({exception.Message})", exception);
        }
    }

    private static LabelledSet ReadFile(string file, string shown, double? cropBoxes)
    {
        if (file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)) return CsvManifest.Read([(file, null)], shown, cropBoxes);
        return AnnotationFiles.ReadFile(file, shown, cropBoxes) ?? throw new UserException($"{shown}: is neither a folder nor a .csv file. Give a folder of class folders or a CSV.");
    }

    private static LabelledSet ReadFolder(string root, string shown, bool strictFolders, double? cropBoxes)
    {
        var tables = PerSplit(Directory.EnumerateFiles(root, "*.csv"), System.IO.Path.GetFileNameWithoutExtension);
        if (tables.Any(t => t.Split == SplitName.Train)) return CsvManifest.Read([.. tables.Select(t => (t.Path, (SplitName?)t.Split))], shown, cropBoxes);
        if (IdxFiles.Find(root) is { Count: > 0 } idx) return IdxFiles.Read(idx, shown);
        return AnnotationFiles.ReadFolder(root, shown, cropBoxes) ?? ImageFolder.Read(root, shown, strictFolders);
    }

    /// <summary>Those paths whose name is a split's, in the order train, val, test.</summary>
    /// <exception cref="UserException">Two names mean the same split.</exception>
    public static List<(string Path, SplitName Split)> PerSplit(IEnumerable<string> paths, Func<string, string> name)
    {
        var found = paths.Select(p => (Path: p, Split: ParseSplit(name(p)))).Where(p => p.Split is not null)
            .Select(p => (p.Path, Split: p.Split!.Value)).OrderBy(p => p.Split).ThenBy(p => p.Path, StringComparer.Ordinal).ToList();
        for (int i = 1; i < found.Count; i++)
        {
            if (found[i].Split == found[i - 1].Split) throw new UserException($"{found[i - 1].Path} and {found[i].Path} are both the {found[i].Split.ToString().ToLowerInvariant()} split. Keep one.");
        }
        return found;
    }
}
