namespace NativeTrainer.Imaging;

/// <summary>Contradictions within a data set that would make its figures worthless.</summary>
internal static class DatasetChecks
{
    /// <param name="trained">Classes of the training part.</param>
    /// <param name="allowStraddling">A group or a file may lie in two splits.</param>
    public static void Check(LabelledSet set, string[] trained, bool allowStraddling)
    {
        var known = trained.ToHashSet();
        var groups = new Dictionary<string, LabelledSet.Entry>();
        var files = new Dictionary<string, LabelledSet.Entry>();
        var samples = new Dictionary<(string, PixelRegion?), LabelledSet.Entry>();
        foreach (var entry in set.Entries)
        {
            if (entry.Names.FirstOrDefault(name => !known.Contains(name)) is string strange)
                throw new UserException($"{entry.Source}: the class '{strange}' is in {Word(entry)} but not in train, which has {DatasetIndex.Listed(trained)}. Remove it, or add training pictures of it.");
            if (!samples.TryAdd((entry.Path, entry.Crop), entry)) CheckLabels(samples[(entry.Path, entry.Crop)], entry);
            if (!files.TryAdd(entry.Path, entry)) CheckSplits(files[entry.Path], entry, allowStraddling);
            if (allowStraddling || entry.Group is null || groups.TryAdd(entry.Group, entry)) continue;
            var other = groups[entry.Group];
            if (other.Split != entry.Split)
                throw new UserException($"{entry.Source}: the group '{entry.Group}' is in {Word(entry)} and, by {other.Source}, in {Word(other)}. Put all of a group into one split.");
        }
    }

    private static void CheckLabels(LabelledSet.Entry first, LabelledSet.Entry second)
    {
        if (first.Class != second.Class) throw new UserException($"{second.Source}: {second.Path} is labelled '{second.Class}' here and '{first.Class}' in {first.Source}. Keep one label.");
    }

    private static void CheckSplits(LabelledSet.Entry first, LabelledSet.Entry second, bool allowStraddling)
    {
        if (first.Group != second.Group && (first.Crop ?? second.Crop) is not null)
            throw new UserException($"{second.Source}: a crop of {second.Path} is in the group '{second.Group}' here and in '{first.Group}' in {first.Source}. Put all crops of a picture into one group.");
        if (!allowStraddling && first.Split != second.Split) throw new UserException($"{second.Source}: {second.Path} is in {Word(second)} here and in {Word(first)} in {first.Source}. Keep one: no picture may be both trained on and measured with.");
    }

    private static string Word(LabelledSet.Entry entry) => (entry.Split ?? SplitName.Train).ToString().ToLowerInvariant();
}
