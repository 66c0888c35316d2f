using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Splits;

/// <summary>Why pictures belong together without being copies.</summary>
public enum RelationKind
{
    /// <summary>The data set's own group column says so.</summary>
    GivenGroup,

    /// <summary>Names that count on (IMG_0001, IMG_0002; plate-1, plate-2), in a set where such neighbours look alike more often than others of their class.</summary>
    FileNames,

    /// <summary>The same camera within two seconds.</summary>
    CaptureTime,

    /// <summary>A folder of its own below the class's folder.</summary>
    Subfolder,
}

/// <summary>Pictures that belong together.</summary>
/// <param name="Name">The group, the folder, the stem of the names or the camera with the time of the first shot.</param>
/// <param name="Members">Indices, ascending, two or more.</param>
/// <param name="Straddles">They lie in more than one split.</param>
public sealed record RelatedGroup(RelationKind Kind, string Name, IReadOnlyList<int> Members, bool Straddles);

/// <summary>What names and metadata say of pictures that belong together: shots of one series, frames of one film, pictures of one patient.</summary>
public static class RelatedPictures
{
    private static readonly TimeSpan Series = TimeSpan.FromSeconds(2);

    /// <param name="pictures">All splits.</param>
    /// <param name="features">(n, d), row-major, or null: then thumbnails say what looks alike.</param>
    /// <param name="classes">Class names, which are the names of class folders.</param>
    /// <returns>In the order of <see cref="RelationKind"/>, then of the first member.</returns>
    public static IReadOnlyList<RelatedGroup> Find(IReadOnlyList<PictureRecord> pictures, IReadOnlyList<string> classes, float[]? features = null)
    {
        var found = new List<RelatedGroup>();
        foreach (var group in Enumerable.Range(0, pictures.Count).Where(i => pictures[i].Group is not null).GroupBy(i => pictures[i].Group!)) Add(RelationKind.GivenGroup, group.Key, group);
        foreach (var (name, members) in NameSeries.Find(pictures, features)) Add(RelationKind.FileNames, name, members);
        foreach (var (name, members) in TimeSeries(pictures)) Add(RelationKind.CaptureTime, name, members);
        foreach (var (name, members) in Subfolders(pictures, classes)) Add(RelationKind.Subfolder, name, members);
        return [.. found.OrderBy(g => g.Kind).ThenBy(g => g.Members[0])];

        void Add(RelationKind kind, string name, IEnumerable<int> members)
        {
            int[] sorted = [.. members.Order()];
            if (sorted.Length > 1) found.Add(new RelatedGroup(kind, name, sorted, sorted.Any(i => pictures[i].Split != pictures[sorted[0]].Split)));
        }
    }

    private static IEnumerable<(string Name, List<int> Members)> TimeSeries(IReadOnlyList<PictureRecord> pictures)
    {
        var dated = Enumerable.Range(0, pictures.Count).Where(i => pictures[i].Signature.Capture is { Taken: not null, Camera: not null });
        foreach (var camera in dated.GroupBy(i => pictures[i].Signature.Capture.Camera!))
        {
            var members = new List<int>();
            foreach (int i in camera.OrderBy(Time).ThenBy(i => i))
            {
                if (members.Count > 0 && Time(i) - Time(members[^1]) > Series)
                {
                    yield return (Named(camera.Key, members[0]), members);
                    members = [];
                }
                members.Add(i);
            }
            yield return (Named(camera.Key, members[0]), members);
        }

        DateTime Time(int i) => pictures[i].Signature.Capture.Taken!.Value;
        string Named(string camera, int first) => FormattableString.Invariant($"{camera}, {Time(first):yyyy-MM-dd HH:mm:ss}");
    }

    // class/patient 7/scan.png: folders below the class's, where it has several; one with more than a quarter of the class's pictures is a kind of it, such as
    // apple/red, and no group.
    private static IEnumerable<(string Name, List<int> Members)> Subfolders(IReadOnlyList<PictureRecord> pictures, IReadOnlyList<string> classes)
    {
        foreach (var label in Enumerable.Range(0, pictures.Count).GroupBy(i => pictures[i].Label))
        {
            var folders = label.Select(i => (Folder: Below(pictures[i].Path, classes[label.Key]), Index: i)).Where(f => f.Folder.Length > 0).GroupBy(f => f.Folder).ToArray();
            if (folders.Length < 2) continue;
            foreach (var folder in folders)
            {
                if (folder.Count() * 4 <= label.Count()) yield return ($"{classes[label.Key]}/{folder.Key}", [.. folder.Select(f => f.Index)]);
            }
        }
    }

    private static string Below(string path, string name)
    {
        string[] parts = path.Replace('\\', '/').Split('/');
        int at = Array.LastIndexOf(parts, name, parts.Length - 1);
        return at < 0 || at >= parts.Length - 2 ? "" : string.Join('/', parts[(at + 1)..^1]);
    }
}
