using NativeTrainer.Advice.Planning;
using NativeTrainer.Imaging;

namespace NativeTrainer.Training.Sweep;

/// <summary>
/// The images of a sweep: a seeded part of the training images where so many a class are wanted, and the validation part to judge by; or, where that is too small to tell runs apart, folds
/// of the training part (and of a validation part that was only taken from it). Each is a manifest in the sweep's folder, so that every run can be repeated by <c>train</c>.
/// </summary>
internal sealed class SweepData
{
    private SweepData(DatasetIndex whole, IReadOnlyList<DatasetIndex> folds, string division) => (Whole, Folds, Division) = (whole, folds, division);

    /// <summary>All training images, and those that validate.</summary>
    public DatasetIndex Whole { get; }

    /// <summary>What each run of a trial learns from and is judged on; without cross-validation the whole alone.</summary>
    public IReadOnlyList<DatasetIndex> Folds { get; }

    /// <summary>In words.</summary>
    public string Division { get; }

    public bool IsCrossValidated => Folds.Count > 1;

    public int JudgedImages => Folds.Sum(fold => fold.Split(SplitName.Val).Count);

    public static DataShape Shape(DatasetIndex index)
    {
        var counts = new int[index.Classes.Count];
        foreach (var sample in index.Split(SplitName.Train)) counts[sample.Label]++;
        return new DataShape(index.Classes, counts, index.Split(SplitName.Val).Count);
    }

    /// <summary>Of a fold, as its runs read it.</summary>
    public string Manifest(string folder, int fold) => Path.Combine(folder, IsCrossValidated ? $"fold-{fold + 1}.csv" : SweepRecord.DataName);

    /// <exception cref="UserException">The data cannot be used, or has no files to name.</exception>
    public static SweepData Open(SweepOptions options)
    {
        var training = options.Training;
        var whole = DatasetIndex.Open(training.Data, new DatasetOptions { ValidationFraction = training.ValidationFraction, Seed = training.Seed, CropBoxes = training.CropBoxes, Fix = training.Fix });
        whole.RequireOneLabel(training.Data, "a sweep");
        if (whole.Split(SplitName.Train).Any(sample => sample.Pixels is not null))
            throw new UserException($"{training.Data}: its pictures lie together in one file, which the manifests of a sweep cannot name. Save them as files of their own first.");
        if (options.PerClass > 0) whole = whole.PerClass(options.PerClass, training.Seed);
        int validation = whole.Split(SplitName.Val).Count, least = Shape(whole).TrainCounts.Min() + (whole.ValidationMade ? 1 : 0);
        int folds = options.Folds > 0 ? options.Folds : validation >= SweepDefaults.EnoughToTell ? 1 : Math.Min(SweepDefaults.Folds, least);
        if (folds == 1 && validation == 0) throw new UserException($"{training.Data}: there are no validation images, and too few of a class for cross-validation; add images");
        if (folds < 2) return new SweepData(whole, [whole], $"each run is judged on the {validation} validation images");
        if (least < folds) throw new UserException($"--folds {folds}: the smallest class has {least} images; give at most {least}");
        var pool = whole.ValidationMade ? whole.WithoutValidation() : whole;
        string from = whole.ValidationMade ? "all images that are not of the test part" : "the training images";
        string why = options.Folds > 0 ? "" : $": {validation} validation images are too few to tell runs apart";
        return new SweepData(whole, Divide(pool, folds, training.Seed), $"{folds}-fold cross-validation over {from}{why}");
    }

    /// <summary>The whole data set, each run judged on its validation part.</summary>
    public SweepData Undivided() => new(Whole, [Whole], Division);

    public void Write(string folder)
    {
        Whole.WriteManifest(Path.Combine(folder, SweepRecord.DataName));
        for (int fold = 0; fold < Folds.Count && IsCrossValidated; fold++) Folds[fold].WriteManifest(Manifest(folder, fold));
    }

    private static DatasetIndex[] Divide(DatasetIndex pool, int folds, ulong seed)
    {
        var samples = pool.Split(SplitName.Train);
        // Neither groups nor files with the same bytes straddle folds.
        var numbers = new Dictionary<string, int>();
        int[] groups = [.. DatasetIndex.GroupsOf(samples, seed).Select(name => name is null ? -1 : numbers.TryGetValue(name, out int known) ? known : numbers[name] = numbers.Count)];
        int[] fold = Advice.Probes.Folds.Stratified([.. samples.Select(s => s.Label)], folds, seed, groups);
        return [.. Enumerable.Range(0, folds).Select(f => pool.Divided(i => fold[i] == f))];
    }
}
