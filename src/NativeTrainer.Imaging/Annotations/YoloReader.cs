namespace NativeTrainer.Imaging.Annotations;

/// <summary>
/// YOLO's label files, one a picture (https://docs.ultralytics.com/datasets/detect/): lines of class number, centre x, centre y, width, height in shares of the
/// picture; or of class number and the corners of a polygon. Labels lie beside the pictures, or in a folder labels where these are in a folder images.
/// </summary>
internal static class YoloReader
{
    /// <param name="config">Names and places.</param>
    /// <param name="notes">Hears of places that do not exist.</param>
    public static List<AnnotatedPicture> Read(YoloConfig config, List<string> notes)
    {
        var pictures = new List<AnnotatedPicture>();
        foreach (var (source, split) in config.Sources)
        {
            string? place = Find(config, source);
            if (place is null) notes.Add($"{config.File}: {split.ToString().ToLowerInvariant()} is '{source}', which does not exist; it was passed over");
            else pictures.AddRange(Files(place, config).Select(file => Picture(config, file, split)));
        }
        if (config.Sources.Count > 0 && pictures.Count == 0)
            throw new UserException($"{config.File}: no pictures are where it says ({string.Join(", ", config.Sources.Select(s => s.Path).Distinct())}). Mend its paths, which are relative to {(config.Base is null ? "its folder" : $"'{config.Base}'")}.");
        return pictures;
    }

    /// <summary>All pictures below a folder, in no split.</summary>
    public static List<AnnotatedPicture> ReadFolder(YoloConfig config, string folder)
        => [.. ImageFiles.Below(folder).Select(file => Picture(config, file, null))];

    /// <summary>Where the labels of a picture lie: "images" is "labels", the last such folder of the path.</summary>
    public static string LabelFile(string picture)
    {
        string stem = Path.ChangeExtension(picture, ".txt").Replace('\\', '/');
        int images = stem.LastIndexOf("/images/", StringComparison.Ordinal);
        if (images < 0) return stem;
        string beside = stem[..images] + "/labels/" + stem[(images + 8)..];
        return File.Exists(beside) || !File.Exists(stem) ? beside : stem;
    }

    // Paths were often written for another folder: "../train/images" beside "train", "data/train.txt" without "data".
    private static string? Find(YoloConfig config, string source)
    {
        string own = Path.GetDirectoryName(config.File)!;
        source = source.Replace('\\', '/');
        string? root = config.Base?.Replace('\\', '/');
        string[] bases = root is null ? [own] : [Path.Combine(own, root), own, Path.Combine(Path.GetDirectoryName(own) ?? own, root)];
        string plain = source.StartsWith("../", StringComparison.Ordinal) ? source[3..] : source.StartsWith("data/", StringComparison.Ordinal) ? source[5..] : source;
        return bases.SelectMany(b => new[] { Path.Combine(b, source), Path.Combine(b, plain) }).Select(Path.GetFullPath).FirstOrDefault(p => Directory.Exists(p) || File.Exists(p));
    }

    private static IEnumerable<string> Files(string place, YoloConfig config)
    {
        if (Directory.Exists(place)) return ImageFiles.Below(place);
        if (ImageFolder.HasPictureName(place)) return [place];
        string folder = Path.GetDirectoryName(place)!;
        return YoloConfig.ReadLines(place).Select(line => line.Trim()).Where(line => line.Length > 0).Select(line => Find(config with { File = Path.Combine(folder, "x"), Base = null }, line) ?? Path.GetFullPath(Path.Combine(folder, line)));
    }

    private static AnnotatedPicture Picture(YoloConfig config, string file, SplitName? split)
    {
        string labels = LabelFile(file);
        var picture = new AnnotatedPicture(labels, file) { Split = split, Relative = true };
        if (!File.Exists(labels)) return picture;
        string[] lines = YoloConfig.ReadLines(labels);
        for (int i = 0; i < lines.Length; i++)
        {
            string[] fields = lines[i].Split((char[])[' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 0) Add(picture, fields, config, $"{labels} line {i + 1}");
        }
        return picture;
    }

    private static void Add(AnnotatedPicture picture, string[] fields, YoloConfig config, string place)
    {
        if (!int.TryParse(fields[0], out int number)) throw new UserException($"{place}: '{fields[0]}' is no class number. A line is: class x y width height, in shares of the picture.");
        if (!config.Names.TryGetValue(number, out string? name)) throw new UserException($"{place}: the class {number} has no name in {config.File}, which has {config.Names.Count}. Add it there.");
        var values = new double[fields.Length - 1];
        for (int i = 0; i < values.Length; i++)
        {
            if (!Numbers.TryParse(fields[i + 1], out values[i])) throw new UserException($"{place}: '{fields[i + 1]}' is no number. A line is: class x y width height, in shares of the picture.");
        }
        if (values.Length < 4) throw new UserException($"{place}: has {values.Length} numbers after the class. A line is: class x y width height, in shares of the picture.");
        // Five numbers are a box with the confidence of the model that drew it.
        if (values.Length <= 5 || config.KeyPoints || values.Length % 2 == 1)
            picture.Boxes.Add(new AnnotatedBox(name, values[0] - values[2] / 2, values[1] - values[3] / 2, values[0] + values[2] / 2, values[1] + values[3] / 2));
        else picture.Boxes.Add(AnnotatedBox.Around(name, [.. Enumerable.Range(0, values.Length / 2).Select(i => (values[2 * i], values[2 * i + 1]))]));
        var box = picture.Boxes[^1];
        // A little beyond the edge is rounding; far beyond are pixels.
        if (Math.Max(Math.Abs(box.Right), Math.Abs(box.Bottom)) > 2) throw new UserException($"{place}: the box reaches to {Math.Max(box.Right, box.Bottom):0.##}, but numbers are shares of the picture, 0 to 1. Export it as YOLO again.");
    }
}
