namespace NativeTrainer.Imaging.Annotations;

/// <summary>
/// Finds the annotation files of a data set and reads them. A folder is one where such files lie in it, in its folder annotations, or in folders train, val
/// and test, whose names then give the splits; so do the names of files, such as instances_train2017.json.
/// </summary>
internal static class AnnotationFiles
{
    private readonly record struct Found(string Path, AnnotationFormat Format, SplitName? Split);

    // A folder with so many other files of one ending keeps something beside each picture, such as its metadata.
    private const int Sniffed = 32;

    /// <summary>Reads a file that is no CSV.</summary>
    /// <returns>Null where it is no annotation file.</returns>
    public static LabelledSet? ReadFile(string file, string shown, double? cropBoxes)
    {
        var format = AnnotationSniffer.Of(file);
        if (format == AnnotationFormat.None) return null;
        if (format == AnnotationFormat.Voc) throw new UserException($"{shown}: is the Pascal VOC annotation of one picture. Give the folder that holds them all.");
        if (format == AnnotationFormat.LabelStudioMin) throw new UserException($"{shown}: is Label Studio's JSON-MIN, which leaves out what is needed. Export as 'JSON'.");
        if (format == AnnotationFormat.DamagedXml) XmlFile.Read(file, reader => reader.MoveToContent());
        if (format is AnnotationFormat.Other or AnnotationFormat.DamagedXml)
            throw new UserException($"{shown}: is a file of no annotation format that is known. Export as COCO JSON, Label Studio JSON, Kili JSON, 'CVAT for images 1.1', Pascal VOC or YOLO, or write a CSV with path,label.");
        // A file of its own is not divided by its name: that it is called "train" says where its pictures are, not that others are elsewhere.
        return Read([new Found(file, format, null)], Above(Path.GetDirectoryName(file)!), shown, cropBoxes);
    }

    /// <summary>Reads a folder.</summary>
    /// <returns>Null where it holds no annotation files.</returns>
    public static LabelledSet? ReadFolder(string root, string shown, double? cropBoxes)
    {
        var found = Find(root);
        if (found.Count > 0) return Read(found, Above(root), shown, cropBoxes);
        return YoloFolder(root) is { } config ? ReadYolo(config, root, shown, cropBoxes) : null;
    }

    /// <summary>The split that a file's or folder's name tells: a word of it, numbers at its end left out ("instances_train2017").</summary>
    public static SplitName? SplitOf(string name)
        => name.Split('_', '-', '.', ' ').Select(word => LabelledSet.ParseSplit(word.TrimEnd("0123456789".ToCharArray()))).FirstOrDefault(split => split is not null);

    // The folder that names are relative to: the one above where a folder holds annotations only.
    private static string Above(string folder) => IsAnnotationFolder(folder) && Path.GetDirectoryName(folder) is { } above ? above : folder;

    private static bool IsAnnotationFolder(string folder) => Path.GetFileName(folder).ToLowerInvariant() is "annotations" or "annotation" or "labels";

    private static List<Found> Find(string root)
    {
        var folders = Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal).ToList();
        var found = InFolder(root, null);
        if (found.Count > 0) return found;
        foreach (string folder in folders.Where(IsAnnotationFolder)) found.AddRange(InFolder(folder, null));
        if (found.Count > 0) return found;
        // Roboflow's form: annotations beside the pictures, a folder for each split.
        foreach (string path in folders)
        {
            if (LabelledSet.ParseSplit(Path.GetFileName(path)) is not { } split) continue;
            var inner = InFolder(path, split);
            if (inner.Count == 0)
            {
                foreach (string folder in Directory.EnumerateDirectories(path).Where(IsAnnotationFolder)) inner.AddRange(InFolder(folder, split));
            }
            found.AddRange(inner);
        }
        return found;
    }

    private static List<Found> InFolder(string folder, SplitName? split)
    {
        foreach (string pattern in (string[])["*.yaml", "*.yml", "*.data", "*.json", "*.xml"])
        {
            var found = new List<Found>();
            int passed = 0;
            foreach (string file in Directory.EnumerateFiles(folder, pattern).Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal))
            {
                var format = AnnotationSniffer.Of(file);
                // One stands for all of its folder.
                if (format == AnnotationFormat.Voc) return [new Found(folder, format, split)];
                if (format == AnnotationFormat.LabelStudioMin) throw new UserException($"{file}: is Label Studio's JSON-MIN, which leaves out what is needed. Export as 'JSON'.");
                if (format is not (AnnotationFormat.None or AnnotationFormat.Other or AnnotationFormat.DamagedXml)) found.Add(new Found(file, format, split));
                else if (found.Count == 0 && ++passed == Sniffed) break;
            }
            if (found.Count > 0) return found;
        }
        return [];
    }

    private static LabelledSet Read(List<Found> found, string root, string shown, double? cropBoxes)
    {
        // COCO's own folder holds captions and key points of the same pictures beside the instances.
        if (found.Count > 1 && found.Any(f => IsInstances(f.Path))) found.RemoveAll(f => !IsInstances(f.Path));
        var formats = found.Select(f => f.Format).Distinct().ToList();
        if (formats.Count > 1)
            throw new UserException($"{shown}: holds annotations of {string.Join(" and of ", formats.Select(AnnotationSniffer.NameOf).Distinct())} ({found[0].Path}, {found.First(f => f.Format != found[0].Format).Path}). Give one of the files.");
        if (found.Count > 1 && formats[0] is AnnotationFormat.YoloYaml or AnnotationFormat.YoloData) throw new UserException($"{shown}: holds {found[0].Path} and {found[1].Path}. Give one of them.");
        if (formats[0] == AnnotationFormat.YoloYaml) return ReadYolo(YoloConfig.ReadYaml(found[0].Path), root, shown, cropBoxes);
        if (formats[0] == AnnotationFormat.YoloData) return ReadYolo(YoloConfig.ReadData(found[0].Path), root, shown, cropBoxes);
        if (found.Count > 1) found = Split(found, shown);
        var notes = new List<string>();
        var pictures = new List<AnnotatedPicture>();
        foreach (var (path, format, split) in found) pictures.AddRange(Read(path, format, split, root, notes));
        return AnnotatedSet.Build(pictures, AnnotationSniffer.NameOf(formats[0]), new PictureFinder(root), shown, cropBoxes, notes);
    }

    private static bool IsInstances(string path) => Path.GetFileName(path).StartsWith("instances", StringComparison.OrdinalIgnoreCase);

    // Several files are the splits of one set, or, where no name is a split's, parts of an export.
    private static List<Found> Split(List<Found> found, string shown)
    {
        var named = found.Select(f => f.Split is null ? f with { Split = SplitOf(Path.GetFileNameWithoutExtension(f.Path)) } : f).ToList();
        if (named.All(f => f.Split is null)) return named;
        if (named.Find(f => f.Split is null) is { Path: not null } other) throw new UserException($"{shown}: the name of {other.Path} tells no split, those of other files beside it do. Name it train, val or test, or give one file.");
        var twice = named.GroupBy(f => f.Split).FirstOrDefault(g => g.Count() > 1)?.ToList();
        return twice is null ? named : throw new UserException($"{twice[0].Path} and {twice[1].Path} are both the {twice[0].Split.ToString()!.ToLowerInvariant()} split. Keep one, or give one file.");
    }

    private static List<AnnotatedPicture> Read(string path, AnnotationFormat format, SplitName? split, string root, List<string> notes) => format switch
    {
        AnnotationFormat.Coco => CocoReader.Read(path, split, notes),
        AnnotationFormat.LabelStudio => LabelStudioReader.Read(path, split),
        AnnotationFormat.Kili => KiliReader.Read(path, split),
        AnnotationFormat.Cvat => CvatReader.Read(path, split),
        AnnotationFormat.Voc => VocReader.Read([.. Directory.EnumerateFiles(path, "*.xml").Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal)], root, split),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    // Without a description: pictures with labels beside them or in a folder labels, and a list of names.
    private static YoloConfig? YoloFolder(string root)
    {
        string? names = ((string[])["classes.txt", "obj.names", "names.txt"]).Select(n => Path.Combine(root, n)).FirstOrDefault(File.Exists);
        if (names is null) return null;
        string labels = Path.Combine(root, "labels");
        bool beside = Directory.EnumerateFiles(root, "*.txt").Any(f => f != names && HasPicture(f));
        bool folders = Directory.Exists(labels) && Directory.Exists(Path.Combine(root, "images")) && Directory.EnumerateFiles(labels, "*.txt", SearchOption.AllDirectories).Any();
        return beside || folders ? new YoloConfig(names, YoloConfig.ReadNames(names), [], null) : null;
    }

    private static bool HasPicture(string labels)
        => ((string[])[".jpg", ".jpeg", ".png", ".webp", ".bmp", ".JPG", ".PNG"]).Any(extension => File.Exists(Path.ChangeExtension(labels, extension)));

    private static LabelledSet ReadYolo(YoloConfig config, string root, string shown, double? cropBoxes)
    {
        var notes = new List<string>();
        string images = Path.Combine(root, "images");
        if (config.Sources.Count > 0) return AnnotatedSet.Build(YoloReader.Read(config, notes), "YOLO", new PictureFinder(root), shown, cropBoxes, notes);
        string[] inner = Directory.Exists(images) ? Directory.GetDirectories(images) : [];
        // images/train and images/val.
        var splits = LabelledSet.PerSplit(inner, path => Path.GetFileName(path));
        var pictures = splits.Count == 0
            ? YoloReader.ReadFolder(config, Directory.Exists(images) ? images : root)
            : YoloReader.Read(config with { Sources = [.. splits] }, notes);
        return AnnotatedSet.Build(pictures, "YOLO", new PictureFinder(root), shown, cropBoxes, notes);
    }
}
