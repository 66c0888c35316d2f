namespace NativeTrainer.Imaging;

/// <summary>
/// Reads folders of class folders. Pictures anywhere below a class folder belong to it. Hidden files, Thumbs.db and the like are passed over in
/// silence. A file with a picture's extension is taken at its word (the decoder says later what is wrong with it); any other file is taken if it
/// begins like a picture, and noted if not.
/// </summary>
internal sealed class ImageFolder
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp", ".bmp", ".dib", ".ico",
        // Not decodable here, but meant as pictures: the user is told so file by file.
        ".tif", ".tiff", ".jp2", ".jxl", ".avif", ".heic", ".heif", ".ppm", ".pgm", ".pbm", ".pnm",
    };

    private readonly List<LabelledSet.Entry> _entries = [];
    private readonly List<string> _notes = [];
    private readonly List<string> _skipped = [];

    public static LabelledSet Read(string root, string shown, bool strict)
    {
        var reader = new ImageFolder();
        var splits = SplitFolders(root);
        if (splits.Count == 0) reader.ReadClasses(root, shown, null, strict);
        foreach (var (path, split) in splits) reader.ReadClasses(path, path, split, strict);
        string[] beside = splits.Count == 0 ? [] : [.. VisibleFolders(root).Except(splits.Select(s => s.Path))];
        if (beside.Length > 0) reader._notes.Add($"{shown}: passed over as beside the splits: {Listed(root, beside)}");
        if (reader._skipped.Count > 0) reader._notes.Add($"{shown}: passed over as no pictures: {reader._skipped.Count} ({Listed(root, reader._skipped)})");
        return new LabelledSet(shown, reader._entries, reader._notes);
    }

    private static string Listed(string root, IReadOnlyList<string> paths)
        => string.Join(", ", paths.Take(3).Select(p => Path.GetRelativePath(root, p))) + (paths.Count > 3 ? ", …" : "");

    // A class may be called "train": the folder holds splits if its train folder holds class folders, or if nothing but splits lies in it.
    private static List<(string Path, SplitName Split)> SplitFolders(string root)
    {
        var folders = VisibleFolders(root);
        var named = folders.Where(f => LabelledSet.ParseSplit(Path.GetFileName(f)) is not null).ToList();
        bool splits = named.Count > 0 && (named.Count == folders.Count || named.Any(f => IsTrain(f) && VisibleFolders(f).Count > 0));
        return splits ? LabelledSet.PerSplit(named, path => Path.GetFileName(path)) : [];

        static bool IsTrain(string folder) => LabelledSet.ParseSplit(Path.GetFileName(folder)) == SplitName.Train;
    }

    private void ReadClasses(string folder, string shown, SplitName? split, bool strict)
    {
        var classes = VisibleFolders(folder);
        int loose = VisibleFiles(folder).Count(IsPicture);
        if (classes.Count == 0)
        {
            string text = NoClasses(folder, shown, loose);
            // A test part without labels is common; it is no hindrance to training.
            if (split is null || (strict && split != SplitName.Test)) throw new UserException(text);
            _notes.Add($"{text} It was passed over.");
            return;
        }
        if (loose > 0) _notes.Add($"{shown}: passed over as outside the class folders: {Count(loose)}");
        if (strict && split is null && classes.Count == 1 && HoldsDataSet(classes[0])) throw new UserException($"{shown}: holds one folder only, which looks like a data set of its own; did you mean {classes[0]}?");
        foreach (string path in classes)
        {
            var (pictures, others) = (_entries.Count, _skipped.Count);
            ReadPictures(path, Path.GetFileName(path), split);
            if (_entries.Count > pictures) continue;
            string what = _skipped.Count > others ? $"{path}: this class holds no pictures, only files such as {Path.GetFileName(_skipped[others])}" : $"{path}: this class is empty";
            if (strict && split is null or SplitName.Train) throw new UserException($"{what}. Add pictures or remove the folder.");
            _notes.Add(what);
        }
    }

    private static string NoClasses(string folder, string shown, int loose)
    {
        string? table = Directory.EnumerateFiles(folder, "*.csv").Where(IsVisible).Order(StringComparer.Ordinal).FirstOrDefault();
        string hint = table is null ? "Put the pictures of each class into a folder of its own, or list them in a CSV with the columns path,label." : $"Did you mean {table}?";
        return $"{shown}: holds {(loose > 0 ? $"{Count(loose)} but no class folders" : "neither class folders nor a train.csv")}. {hint}";
    }

    private static string Count(int pictures) => pictures == 1 ? "1 picture" : $"{pictures} pictures";

    // What unpacking an archive into a folder of its own name leaves.
    private static bool HoldsDataSet(string folder)
        => SplitFolders(folder).Count > 0 || (VisibleFolders(folder).Count > 1 && !VisibleFiles(folder).Any(IsPicture));

    private void ReadPictures(string classFolder, string name, SplitName? split)
    {
        var files = new List<string>();
        Collect(classFolder, files);
        files.Sort((a, b) => string.CompareOrdinal(a.Replace('\\', '/'), b.Replace('\\', '/')));
        foreach (string file in files)
        {
            if (IsPicture(file)) _entries.Add(new LabelledSet.Entry(file, name, split, null, classFolder));
            else _skipped.Add(file);
        }
    }

    /// <summary>Every visible file below a folder.</summary>
    public static void Collect(string folder, List<string> files) => Collect(folder, files, []);

    // A link to a folder above would never end: none is followed to the folder it lies in, nor twice to the same target.
    private static void Collect(string folder, List<string> files, HashSet<string> followed)
    {
        files.AddRange(VisibleFiles(folder));
        foreach (string inner in VisibleFolders(folder))
        {
            string? linked = new DirectoryInfo(inner).ResolveLinkTarget(returnFinalTarget: true)?.FullName;
            if (linked is not null && (inner.StartsWith(linked + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !followed.Add(linked))) continue;
            Collect(inner, files, followed);
        }
    }

    private static List<string> VisibleFolders(string folder)
        => [.. Directory.EnumerateDirectories(folder).Where(IsVisible).OrderBy(f => f, StringComparer.Ordinal)];

    private static IEnumerable<string> VisibleFiles(string folder) => Directory.EnumerateFiles(folder).Where(IsVisible);

    private static bool IsVisible(string path)
    {
        string name = Path.GetFileName(path);
        return !name.StartsWith('.') && name.ToLowerInvariant() is not ("thumbs.db" or "desktop.ini" or "__macosx");
    }

    /// <summary>By its extension alone.</summary>
    public static bool HasPictureName(string file) => Extensions.Contains(Path.GetExtension(file));

    /// <summary>By its extension, else by its first bytes.</summary>
    public static bool IsPicture(string file)
    {
        if (HasPictureName(file)) return true;
        try
        {
            using var handle = File.OpenHandle(file);
            Span<byte> start = stackalloc byte[FileSignature.Length];
            int count = RandomAccess.Read(handle, start, 0);
            return FileSignature.Of(start[..count]).Content != FileSignature.Kind.Other;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
