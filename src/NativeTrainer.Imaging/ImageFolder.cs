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
        foreach (var (path, split) in splits) reader.ReadClasses(path, path, split, strict && split == SplitName.Train);
        if (reader._skipped.Count > 0)
        {
            string names = string.Join(", ", reader._skipped.Take(3).Select(p => Path.GetRelativePath(root, p)));
            reader._notes.Add($"{reader._skipped.Count} files that are no pictures were passed over: {names}{(reader._skipped.Count > 3 ? ", …" : "")}");
        }
        return new LabelledSet(shown, reader._entries, reader._notes);
    }

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
            throw new UserException(loose > 0
                ? $"{shown}: holds {loose} pictures but no class folders. Put the pictures of each class into a folder of its own, or list them in a CSV with the columns path,label."
                : $"{shown}: holds no class folders and no train.csv");
        }
        if (loose > 0) _notes.Add($"{shown}: {loose} pictures outside the class folders were passed over");
        if (classes.Count == 1 && split is null && SplitFolders(classes[0]).Count > 0) throw new UserException($"{shown}: holds no class folders; did you mean {classes[0]}?");
        foreach (string path in classes)
        {
            int before = _entries.Count;
            ReadPictures(path, Path.GetFileName(path), split);
            if (_entries.Count > before) continue;
            if (strict) throw new UserException($"{path}: this class is empty. Add pictures or remove the folder.");
            _notes.Add($"{path}: empty");
        }
    }

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
    public static void Collect(string folder, List<string> files)
    {
        files.AddRange(VisibleFiles(folder));
        foreach (string inner in VisibleFolders(folder))
        {
            // A link to a folder above would never end.
            string? linked = new DirectoryInfo(inner).ResolveLinkTarget(returnFinalTarget: true)?.FullName;
            if (linked is null || !inner.StartsWith(linked + Path.DirectorySeparatorChar, StringComparison.Ordinal)) Collect(inner, files);
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

    /// <summary>By its extension, else by its first bytes.</summary>
    public static bool IsPicture(string file)
    {
        if (Extensions.Contains(Path.GetExtension(file))) return true;
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
