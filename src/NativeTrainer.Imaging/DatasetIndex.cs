namespace NativeTrainer.Imaging;

/// <summary>How a data set is read, and divided where it has no validation part.</summary>
public sealed record DatasetOptions
{
    /// <summary>Share of each class that validates, 0 ≤ fraction &lt; 1; 0 leaves the validation part empty.</summary>
    public double ValidationFraction { get; init; } = 0.2;

    public ulong Seed { get; init; } = 1;

    /// <summary>Opens a set in which a group or a file lies in two splits, which is otherwise refused: for <see cref="SplitRepair"/>.</summary>
    public bool AllowStraddling { get; init; }

    /// <summary>
    /// Makes a sample of each box of an annotation file, cropped with so much of the box's width and height as margin on each side, 0 to 2; the crops of one
    /// picture are one group. Null takes whole pictures.
    /// </summary>
    public double? CropBoxes { get; init; }

    /// <summary>An <c>audit.csv</c> (path,code,label,suggested_label,action) whose drops and relabels are applied before anything else; null for none.</summary>
    public string? Fix { get; init; }
}

/// <summary>One part of a data set, labelled by <paramref name="Classes"/>.</summary>
/// <param name="Classes">Class names; a sample's label is an index into it.</param>
/// <param name="Samples">In an order that depends on names alone.</param>
/// <param name="Notes">One line each for what was passed over.</param>
/// <param name="Fingerprint">As <see cref="DatasetIndex.Fingerprint"/>.</param>
public sealed record DatasetSplit(IReadOnlyList<string> Classes, IReadOnlyList<Sample> Samples, IReadOnlyList<string> Notes, string Fingerprint);

/// <summary>
/// The pictures and labels of a data set. Understood are: a folder with train and val (valid, validation), if wanted test, each holding class folders;
/// one folder of class folders; a folder with train.csv, if wanted val.csv and test.csv; a CSV file (path,label[,split][,group][,x,y,width,height], or labels in place of label: none, one or several, as <c>cat;dog</c>); a folder with MNIST's idx files;
/// a file or a folder of COCO JSON, Label Studio JSON, Kili JSON, CVAT for images 1.1, Pascal VOC or YOLO, told by its content: pictures that have one class, or a crop of each box.
/// Without a validation part, one is taken from the training part by seed, class by class; groups and files with the same bytes are never divided.
/// </summary>
public sealed class DatasetIndex
{
    private readonly Sample[][] _splits;

    private DatasetIndex(string[] classes, Sample[][] splits, IReadOnlyList<string> notes, bool validationMade)
    {
        (Classes, _splits, Notes, ValidationMade) = (classes, splits, notes, validationMade);
        MultiLabel = splits.SelectMany(s => s).FirstOrDefault()?.Labels is not null;
        Fingerprint = DatasetFingerprint.Of(classes, splits);
    }

    /// <summary>Sorted by UTF-16 value, so "10" comes before "2" and "Z" before "a".</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Pictures have none, one or several labels (<see cref="Sample.Labels"/>), so that classes do not exclude each other.</summary>
    public bool MultiLabel { get; }

    /// <summary>One line each for what was passed over, for the user.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The data set had no validation part: <see cref="WriteManifest"/> keeps the one that was made.</summary>
    public bool ValidationMade { get; }

    /// <summary>SHA-256, hexadecimal, of class names and of each sample's split, label and path below the samples' common folder: moving a data set keeps it.</summary>
    public string Fingerprint { get; private init; }

    public IReadOnlyList<Sample> Split(SplitName split) => _splits[(int)split];

    /// <summary>Opens a data set for training.</summary>
    /// <param name="root">Folder or CSV file.</param>
    /// <param name="options">How to divide it; null for the defaults.</param>
    /// <exception cref="UserException">
    /// Missing folder or file, no class folders, an empty class, fewer than two classes, a class that is not trained, a damaged CSV, a group or a file in two splits;
    /// a file of fixes that is damaged or of other data.
    /// </exception>
    public static DatasetIndex Open(string root, DatasetOptions? options = null)
    {
        options ??= new DatasetOptions();
        if (options.ValidationFraction is not (>= 0 and < 1))
            throw new UserException($"the validation fraction is {options.ValidationFraction}; it has to be at least 0 and less than 1, such as 0.2");
        var set = LabelledSet.Read(root, strictFolders: true, options.CropBoxes);
        if (options.Fix is string fix) set = DatasetFixes.Read(fix).Apply(set);
        var training = set.Entries.Where(e => e.Split is null or SplitName.Train).ToList();
        if (training.Count == 0) throw new UserException($"{root}: has a {Words(set)} part but none to train on. Name one 'train'.");
        string[] classes = Names(training);
        if (classes.Length < 2) throw new UserException($"{root}: has {(classes.Length == 0 ? "no label" : $"only one {(set.MultiLabel ? "label" : "class")}, '{classes[0]}',")} to train on; a classifier needs two or more. {(set.MultiLabel ? "Give those without it a label of their own." : "Add pictures of another class.")}");
        DatasetChecks.Check(set, classes, options.AllowStraddling);
        var splits = Enum.GetValues<SplitName>().Select(s => Samples(set.Entries.Where(e => (e.Split ?? SplitName.Train) == s), classes)).ToArray();
        bool make = splits[(int)SplitName.Val].Length == 0 && options.ValidationFraction > 0;
        if (make) TakeValidation(splits, classes.Length, options);
        return new DatasetIndex(classes, splits, set.Notes, make);
    }

    /// <summary>Opens one part of a data set for evaluation; it may lack classes, or have only one.</summary>
    /// <param name="path">A split's own folder of class folders, a CSV, or a data root.</param>
    /// <param name="split">Which part of a data root or of a CSV with a split column; null takes val, else test, of a data root and all rows of a CSV.</param>
    /// <param name="classes">Class names of the model, to which labels are mapped; null numbers the data set's own classes in sorted order.</param>
    /// <param name="cropBoxes">As <see cref="DatasetOptions.CropBoxes"/>.</param>
    /// <exception cref="UserException">As <see cref="Open"/>; or the part does not exist, or has a class that the model does not know.</exception>
    public static DatasetSplit OpenSplit(string path, SplitName? split = null, IReadOnlyList<string>? classes = null, double? cropBoxes = null)
    {
        var set = LabelledSet.Read(path, strictFolders: false, cropBoxes);
        var entries = Select(set, path, split);
        if (entries.Count == 0) throw new UserException($"{path}: holds no pictures. {string.Join(". ", set.Notes.Take(3))}".TrimEnd());
        // All parts give the names, so that a class that this part lacks keeps its number.
        string[] names = classes is null ? Names(set.Entries) : [.. classes];
        var known = names.ToHashSet();
        foreach (var entry in entries)
        {
            if (entry.Names.FirstOrDefault(name => !known.Contains(name)) is not string strange) continue;
            throw new UserException($"{entry.Source}: the class '{strange}' is not among the model's {names.Length} ({Listed(names)}). Evaluate on data of these classes, or train on this data first.");
        }
        var samples = Samples(entries, names);
        return new DatasetSplit(names, samples, set.Notes, DatasetFingerprint.Of(names, [samples]));
    }

    /// <summary>The data set with at most so many images of a split, drawn by seed; every class that has one keeps at least one. For measurements that need not see all.</summary>
    /// <param name="train">Training images, at least 1.</param>
    /// <param name="validation">Validation images, 0 or more.</param>
    public DatasetIndex Limited(int train, int validation, ulong seed)
    {
        Sample[][] splits = [.. _splits];
        splits[(int)SplitName.Train] = Drawn(Split(SplitName.Train), train, seed);
        splits[(int)SplitName.Val] = validation == 0 ? [] : Drawn(Split(SplitName.Val), validation, seed);
        return new DatasetIndex([.. Classes], splits, Notes, ValidationMade);
    }

    /// <summary>The data set with at most so many training images of each class, drawn by seed: of a larger number the images of a smaller one are among them.</summary>
    /// <param name="count">At least 1.</param>
    public DatasetIndex PerClass(int count, ulong seed)
    {
        var all = _splits[(int)SplitName.Train];
        string[] names = DatasetFingerprint.RelativeNames(all);
        var chosen = Enumerable.Range(0, all.Length).GroupBy(i => all[i].Label).SelectMany(members => members.OrderBy(i => SplitMix.Hash(SplitMix.Key(seed, 2), DatasetFingerprint.NameOf(all[i], names[i]))).Take(count));
        Sample[][] splits = [.. _splits];
        splits[(int)SplitName.Train] = [.. chosen.Order().Select(i => all[i])];
        return new DatasetIndex([.. Classes], splits, Notes, ValidationMade);
    }

    /// <summary>The data set with its validation part among the training images.</summary>
    public DatasetIndex WithoutValidation()
    {
        Sample[][] splits = [.. _splits];
        splits[(int)SplitName.Train] = [.. Split(SplitName.Train), .. Split(SplitName.Val)];
        splits[(int)SplitName.Val] = [];
        return new DatasetIndex([.. Classes], splits, Notes, validationMade: false);
    }

    /// <summary>The data set with some of its training images as the validation part, in place of what that was.</summary>
    /// <param name="validates">Of the index of a training image.</param>
    public DatasetIndex Divided(Func<int, bool> validates)
    {
        Sample[][] splits = [.. _splits];
        var all = splits[(int)SplitName.Train];
        splits[(int)SplitName.Train] = [.. all.Where((_, i) => !validates(i))];
        splits[(int)SplitName.Val] = [.. all.Where((_, i) => validates(i))];
        return new DatasetIndex([.. Classes], splits, Notes, validationMade: true);
    }

    /// <summary>Of each sample, a name that those share which have to stay together: a given group, files with the same bytes; null for one by itself.</summary>
    public static IReadOnlyList<string?> GroupsOf(IReadOnlyList<Sample> samples, ulong seed) => new SplitGroups(samples, ExactCopies.Find([.. samples]), seed).Names;

    /// <summary>Refuses pictures with none or several labels.</summary>
    /// <param name="data">As the user named it.</param>
    /// <param name="what">That is only for one label each.</param>
    /// <exception cref="UserException">Pictures have none or several labels.</exception>
    public void RequireOneLabel(string data, string what)
    {
        if (MultiLabel) throw new UserException($"{data}: pictures have none or several labels (the column 'labels'); {what} is for one label each (a column 'label', or class folders)");
    }

    /// <summary>Each picture with the one label that its division goes by (<see cref="Sample.Label"/>), those without in a class of their own: for what looks at pictures and not at labels.</summary>
    public DatasetIndex Stratified()
    {
        if (!MultiLabel) return this;
        string[] classes = [.. Classes, .. _splits.SelectMany(s => s).Any(s => s.Label < 0) ? new[] { "(no label)" } : []];
        return new DatasetIndex(classes, [.. _splits.Select(split => split.Select(s => s with { Label = s.Stratum(Classes.Count), Labels = null }).ToArray())], Notes, ValidationMade) { Fingerprint = Fingerprint };
    }

    /// <summary>Writes all samples with their splits as a CSV that <see cref="Open"/> reads back; paths are relative to its folder. Samples of idx files have no path of their own and only document the split.</summary>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public void WriteManifest(string path)
        => CsvManifest.Write(path, Classes, Enum.GetValues<SplitName>().SelectMany(split => Split(split).Select(sample => (sample, split))).ToList());

    internal static string Listed(IReadOnlyList<string> names) => string.Join(", ", names.Take(8)) + (names.Count > 8 ? ", …" : "");

    private static Sample[] Drawn(IReadOnlyList<Sample> samples, int count, ulong seed)
    {
        if (samples.Count <= count) return [.. samples];
        int[] order = new Sampler([.. samples.Select(s => s.Label)], SamplingKind.Shuffle, seed).Order(0);
        var firstOfClass = order.DistinctBy(i => samples[i].Label).ToHashSet();
        return [.. firstOfClass.Concat(order.Where(i => !firstOfClass.Contains(i))).Take(Math.Max(count, firstOfClass.Count)).Order().Select(i => samples[i])];
    }

    private static string[] Names(IEnumerable<LabelledSet.Entry> entries)
        => [.. entries.SelectMany(e => e.Names).Distinct().Order(StringComparer.Ordinal)];

    private static Sample[] Samples(IEnumerable<LabelledSet.Entry> entries, string[] classes)
    {
        var index = classes.Select((name, i) => (name, i)).ToDictionary(c => c.name, c => c.i);
        var samples = entries.ToArray();
        var counts = samples.SelectMany(e => e.Names).CountBy(name => name).ToDictionary();
        return [.. samples.Select(e => e.Labels is { } labels
            ? new Sample(e.Path, labels.Count == 0 ? -1 : index[labels.MinBy(name => (counts[name], index[name]))!], e.Group) { Crop = e.Crop, Labels = [.. labels.Select(name => index[name]).Order()] }
            : new Sample(e.Path, index[e.Class], e.Group) { Pixels = e.Pixels, Crop = e.Crop })];
    }

    private static void TakeValidation(Sample[][] splits, int classes, DatasetOptions options)
    {
        var all = splits[(int)SplitName.Train];
        string[] names = [.. DatasetFingerprint.RelativeNames(all).Select((name, i) => DatasetFingerprint.NameOf(all[i], name))];
        var groups = new SplitGroups(all, ExactCopies.Find(all), options.Seed);
        bool[] chosen = ValidationSplit.Choose(names, [.. all.Select(s => s.Stratum(classes))], groups.Names, classes + 1, options.ValidationFraction, options.Seed);
        splits[(int)SplitName.Train] = [.. all.Where((_, i) => !chosen[i])];
        splits[(int)SplitName.Val] = [.. all.Where((_, i) => chosen[i])];
    }

    private static List<LabelledSet.Entry> Select(LabelledSet set, string path, SplitName? split)
    {
        bool divided = set.Entries.Any(e => e.Split is not null);
        if (split is null && (!divided || File.Exists(path))) return set.Entries;
        // All of an undivided set would hold the pictures that were trained on.
        if (!divided) throw new UserException($"{path}: is not divided into splits. Leave --split out to take all of it, or give the split.csv that training wrote.");
        split ??= set.Entries.Any(e => e.Split == SplitName.Val) ? SplitName.Val : SplitName.Test;
        List<LabelledSet.Entry> chosen = [.. set.Entries.Where(e => e.Split == split)];
        return chosen.Count > 0 ? chosen
            : throw new UserException($"{path}: has no {split.ToString()!.ToLowerInvariant()} part; it has {Words(set)}. Choose one with --split.");
    }

    private static string Words(LabelledSet set) => string.Join(" and ", set.Entries.Select(e => e.Split).Distinct().Order()).ToLowerInvariant();
}
