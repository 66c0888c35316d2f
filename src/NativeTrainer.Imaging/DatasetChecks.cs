namespace NativeTrainer.Imaging;

/// <summary>Contradictions within a data set that would make its figures worthless.</summary>
internal static class DatasetChecks
{
    public static void Check(LabelledSet set, string[] trained)
    {
        var groups = new Dictionary<string, LabelledSet.Entry>();
        var files = new Dictionary<string, LabelledSet.Entry>();
        foreach (var entry in set.Entries)
        {
            if (!trained.Contains(entry.Class))
                throw new UserException($"{entry.Source}: the class '{entry.Class}' is in {entry.Split} but not in Train, which has {DatasetIndex.Listed(trained)}");
            if (!files.TryAdd(entry.Path, entry)) CheckTwice(files[entry.Path], entry);
            if (entry.Group is null || groups.TryAdd(entry.Group, entry)) continue;
            var other = groups[entry.Group];
            if (other.Split != entry.Split)
                throw new UserException($"{entry.Source}: the group '{entry.Group}' is in {entry.Split} and, by {other.Source}, in {other.Split}; a group may be in one split only");
        }
    }

    private static void CheckTwice(LabelledSet.Entry first, LabelledSet.Entry second)
    {
        if (first.Class != second.Class) throw new UserException($"{second.Source}: {second.Path} is labelled '{second.Class}' here and '{first.Class}' in {first.Source}");
        if (first.Split != second.Split) throw new UserException($"{second.Source}: {second.Path} is in {second.Split} here and in {first.Split} in {first.Source}: the validation would see what was trained on");
    }
}
