namespace NativeTrainer.Imaging;

/// <summary>How much of each class goes where.</summary>
public sealed record SplitOptions
{
    /// <summary>Share of each class that validates, 0 &lt; share.</summary>
    public double ValidationFraction { get; init; } = 0.2;

    /// <summary>Share of each class that tests, 0 ≤ share; validation and test together less than 1.</summary>
    public double TestFraction { get; init; }

    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// Divides a data set into train, val and, if wanted, test: groups stay whole, classes keep their shares as far as groups allow, every class keeps pictures
/// to train on. The place of a picture depends on the seed and its group's name, so that a few more pictures move few others.
/// </summary>
public static class SplitMaker
{
    /// <param name="samples">All pictures; their groups are kept.</param>
    /// <param name="classes">Class names.</param>
    /// <param name="together">Lists of indices of pictures that belong together, such as groups of duplicates; they may overlap.</param>
    /// <exception cref="UserException">A fraction is out of range, or every group holds all pictures of some class.</exception>
    public static SplitManifest Make(IReadOnlyList<Sample> samples, IReadOnlyList<string> classes, IEnumerable<IReadOnlyList<int>> together, SplitOptions? options = null)
    {
        options ??= new SplitOptions();
        var (validation, test) = (options.ValidationFraction, options.TestFraction);
        if (!(validation > 0 && test >= 0 && validation + test < 1))
            throw new UserException($"the validation fraction {validation} and the test fraction {test} leave nothing to train on or to validate with; give fractions such as 0.2 and 0.1");
        var groups = new SplitGroups(samples, together, options.Seed);
        var splits = new SplitName[samples.Count];
        int[] rest = [.. Enumerable.Range(0, samples.Count)];
        if (test > 0) rest = Take(rest, test, SplitName.Test);
        Take(rest, validation / (1 - test), SplitName.Val);
        return new SplitManifest(classes, [.. samples.Select((s, i) => s with { Group = groups.Names[i] })], splits);

        int[] Take(int[] from, double fraction, SplitName split)
        {
            bool[] chosen = ValidationSplit.Choose([.. from.Select(i => groups.RelativeNames[i])], [.. from.Select(i => samples[i].Stratum(classes.Count))],
                [.. from.Select(i => groups.Names[i])], classes.Count + 1, fraction, SplitMix.Key(options.Seed, (ulong)split));
            for (int i = 0; i < from.Length; i++)
            {
                if (chosen[i]) splits[from[i]] = split;
            }
            return [.. from.Where((_, i) => !chosen[i])];
        }
    }
}
