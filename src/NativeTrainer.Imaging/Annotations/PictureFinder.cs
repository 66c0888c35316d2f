namespace NativeTrainer.Imaging.Annotations;

/// <summary>
/// Finds the pictures that annotation files name: as a path from the file's folder or from its folder images, else by as much of the path's end as exists
/// once below the data set's folder. Percent signs are decoded, backslashes turned, addresses and Label Studio's prefixes taken off.
/// </summary>
/// <param name="root">Below which pictures are looked for by name.</param>
internal sealed class PictureFinder(string root)
{
    private const string LocalFiles = "/data/local-files/?d=";

    private Dictionary<string, List<string>>? _byName;

    /// <summary>The data set's folder.</summary>
    public string Root => root;

    /// <returns>Full path; null where there is no such picture, or several.</returns>
    public string? Find(AnnotatedPicture picture)
    {
        string folder = Path.GetDirectoryName(picture.Source)!;
        string[] names = [.. picture.Names.SelectMany(Spellings).Distinct()];
        foreach (string name in names)
        {
            foreach (string place in (string[])[Path.Combine(folder, name), Path.Combine(folder, "images", name), Path.Combine(root, name)])
            {
                if (File.Exists(place)) return Path.GetFullPath(place);
            }
        }
        // A file that is read alone is of no split, but its name may tell which of two folders holds its pictures.
        var split = picture.Split ?? AnnotationFiles.SplitOf(Path.GetFileNameWithoutExtension(picture.Source));
        return names.Select(name => Below(name, split)).FirstOrDefault(found => found is not null);
    }

    public static string WithoutQuery(string name)
    {
        int query = name.IndexOf('?');
        return query > 0 ? name[..query] : name;
    }

    // From the most to the least exact.
    private static IEnumerable<string> Spellings(string name)
    {
        int local = name.IndexOf(LocalFiles, StringComparison.Ordinal);
        if (local >= 0) name = name[(local + LocalFiles.Length)..];
        bool address = name.Contains("://", StringComparison.Ordinal);
        if (address) name = WithoutQuery(name[(name.IndexOf("://", StringComparison.Ordinal) + 3)..]);
        foreach (string decoded in (string[])[name, name.Contains('%') ? Uri.UnescapeDataString(name) : name])
        {
            if (decoded.Contains('\0')) continue;
            yield return decoded;
            string turned = decoded.Replace('\\', '/');
            yield return turned;
            yield return turned.TrimStart('/');
            if (WithoutUploadPrefix(turned) is { } original) yield return original;
        }
    }

    // Label Studio puts eight hexadecimal digits and a dash before the name of an uploaded file.
    private static string? WithoutUploadPrefix(string name)
    {
        string file = name[(name.LastIndexOf('/') + 1)..];
        return file.Length > 9 && file[8] == '-' && !file.AsSpan(0, 8).ContainsAnyExcept("0123456789abcdef") ? file[9..] : null;
    }

    // The file whose path shares the longest end with the name; with a split, those in its folder before others.
    private string? Below(string name, SplitName? split)
    {
        string[] parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0) return null;
        if (!ByName.TryGetValue(parts[^1], out var candidates))
        {
            // Pascal VOC's stem, and names that lost their extension.
            if (Path.HasExtension(parts[^1]) && ImageFolder.HasPictureName(parts[^1])) return null;
            if (!ByName.TryGetValue(parts[^1] + "\0", out candidates)) return null;
        }
        var best = candidates;
        for (int depth = 2; depth <= parts.Length && best.Count > 1; depth++)
        {
            string end = "/" + string.Join('/', parts[^depth..]);
            var longer = best.Where(c => c.EndsWith(end, StringComparison.Ordinal)).ToList();
            if (longer.Count == 0) break;
            best = longer;
        }
        if (best.Count > 1 && split is not null)
        {
            var inSplit = best.Where(c => c[root.Length..].Split('/').SkipLast(1).Any(part => AnnotationFiles.SplitOf(part) == split)).ToList();
            if (inSplit.Count > 0) best = inSplit;
        }
        return best.Count == 1 ? Path.GetFullPath(best[0]) : null;
    }

    // Under the file name, and under its stem with a zero byte behind, which no name has.
    private Dictionary<string, List<string>> ByName => _byName ??= Index();

    private Dictionary<string, List<string>> Index()
    {
        var files = new List<string>();
        ImageFolder.Collect(root, files);
        var index = new Dictionary<string, List<string>>();
        foreach (string file in files)
        {
            if (!ImageFolder.HasPictureName(file)) continue;
            string path = file.Replace('\\', '/');
            foreach (string key in (string[])[Path.GetFileName(path), Path.GetFileNameWithoutExtension(path) + "\0"])
            {
                if (!index.TryGetValue(key, out var list)) index.Add(key, list = []);
                list.Add(path);
            }
        }
        return index;
    }
}
