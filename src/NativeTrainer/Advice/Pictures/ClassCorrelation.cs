using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Advice.Pictures;

/// <summary>How far one property of the pictures tells their class.</summary>
/// <param name="Property">The property.</param>
/// <param name="BalancedAccuracy">Of a classifier that knows the property alone, on pictures it has not seen; 1 / classes is chance.</param>
/// <param name="Skill">The same from 0 (chance) to 1 (always right): (accuracy − chance) / (1 − chance).</param>
/// <param name="PValue">The smaller one of two tests, the share of random labellings that do as well and Mann and Whitney's of <paramref name="ClassEffect"/>, corrected for the
/// number of tests, properties and classes; at most 1.</param>
/// <param name="Class">The class that the property sets apart the most.</param>
/// <param name="ClassEffect">Of that class against all others: 2 · AUC − 1 (Cliff's delta), −1 to 1; positive where its values are higher.</param>
/// <param name="ClassMedian">Its median, on the property's scale.</param>
/// <param name="OtherMedian">The others' median.</param>
/// <param name="Strong">So much that a network would learn the property in place of the object; the rest is worth knowing.</param>
public sealed record ClassCorrelation(PictureProperty Property, double BalancedAccuracy, double Skill, double PValue, int Class, double ClassEffect, double ClassMedian, double OtherMedian, bool Strong);

/// <summary>
/// Spurious correlation: properties that give the class away without the object (Geirhos et al. 2020, Shortcut learning in deep neural networks). A classifier of
/// one property, a histogram for each class over the property's quantiles, is cross-validated; a permutation test says what chance would do.
/// </summary>
public static class ClassCorrelations
{
    private const int Folds = 5, Permutations = 999, MostSamples = 20_000, FewestOfClass = 5;

    // What draws, for the keys of random numbers.
    private const uint FoldOp = 0x464F4C44, PermutationOp = 0x5045524D;

    private const double Significant = 0.05;

    // What a property may tell before it is strong. Of capture: a third of the way from chance to certainty, so that a network that reads nothing else would already
    // look like one that learns. Colour is part of many classes and may go further. In four public sets of flowers, insects, groceries and objects the most is
    // 0.10 (contrast and sharpness) and 0.26 (colour).
    private const double StrongCapture = 1 / 3.0, StrongColour = 0.4;

    // Of one class among many, which adds little to the accuracy over all: the property alone ranks 95 of 100 pairs right. For colour this is no fault: tomatoes
    // among groceries are as far from the rest.
    private const double StrongClassEffect = 0.9;

    private const int FewestOfStrongClass = 10;

    /// <param name="statistics">Of each sample; null where its file gave no picture.</param>
    /// <param name="labels">Class index of each sample.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="seed">Of folds and permutations.</param>
    /// <param name="groups">Samples of one group are never divided between folds; null where there are none.</param>
    /// <returns>Significant ones, the strongest first; empty where fewer than two classes have five samples.</returns>
    public static IReadOnlyList<ClassCorrelation> Find(IReadOnlyList<PictureStatistics?> statistics, IReadOnlyList<int> labels, int classes, ulong seed, IReadOnlyList<string?>? groups = null)
        => [.. Measure(statistics, labels, classes, seed, groups).Where(c => c.PValue < Significant).OrderByDescending(c => c.Strong).ThenByDescending(c => c.Skill)];

    /// <summary>All properties, significant or not.</summary>
    internal static IReadOnlyList<ClassCorrelation> Measure(IReadOnlyList<PictureStatistics?> statistics, IReadOnlyList<int> labels, int classes, ulong seed, IReadOnlyList<string?>? groups = null)
    {
        var counts = new int[classes];
        for (int i = 0; i < labels.Count; i++)
            if (statistics[i] is not null) counts[labels[i]]++;
        int[] kept = [.. Enumerable.Range(0, labels.Count).Where(i => statistics[i] is not null && counts[labels[i]] >= FewestOfClass)];
        int[] present = [.. kept.Select(i => labels[i]).Distinct().Order()];
        if (present.Length < 2) return [];
        // Evenly over the set, whose order follows classes.
        if (kept.Length > MostSamples) kept = [.. Enumerable.Range(0, MostSamples).Select(i => kept[(long)i * kept.Length / MostSamples])];
        int[] own = [.. kept.Select(i => Array.IndexOf(present, labels[i]))];
        int[] folds = FoldsOf(kept, own, groups, seed);
        double[][] values = [.. PictureProperty.All.Select(property => kept.Select(i => property.Value(statistics[i]!)).ToArray())];
        SinglePropertyClassifier[] classifiers = [.. values.Select(v => new SinglePropertyClassifier(v, present.Length, folds, Folds))];
        double[] accuracies = [.. classifiers.Select(c => c.BalancedAccuracy(own))];
        double[] pValues = PValues(classifiers, accuracies, own, seed);
        return [.. PictureProperty.All.Select((property, p) => Judge(property, values[p], own, present, accuracies[p], pValues[p]))];
    }

    // One permutation of the labels serves all properties.
    private static double[] PValues(SinglePropertyClassifier[] classifiers, double[] accuracies, int[] labels, ulong seed)
    {
        var better = new int[classifiers.Length];
        var permuted = (int[])labels.Clone();
        for (int p = 0; p < Permutations; p++)
        {
            Shuffle(permuted, CounterRandom.Key(seed, (uint)p, 0, PermutationOp));
            for (int c = 0; c < classifiers.Length; c++)
                if (classifiers[c].BalancedAccuracy(permuted) >= accuracies[c]) better[c]++;
        }
        return [.. better.Select(count => (count + 1.0) / (Permutations + 1))];
    }

    private static void Shuffle(int[] items, ulong key)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = CounterRandom.Below(key, (ulong)i, i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    private static ClassCorrelation Judge(PictureProperty property, double[] values, int[] labels, int[] present, double accuracy, double pValue)
    {
        double chance = 1.0 / present.Length, skill = Math.Max(accuracy - chance, 0) / (1 - chance);
        var (strongest, effect) = MostSeparate(values, labels, present.Length);
        int members = labels.Count(l => l == strongest);
        // Of two tests, each of so many properties.
        pValue = Math.Min(2 * PictureProperty.All.Count * Math.Min(pValue, present.Length * ChanceOf(effect, members, labels.Length - members)), 1);
        bool capture = property.Origin == PropertyOrigin.Capture;
        bool strong = skill >= (capture ? StrongCapture : StrongColour) || (capture && members >= FewestOfStrongClass && Math.Abs(effect) >= StrongClassEffect);
        return new ClassCorrelation(property, accuracy, skill, pValue, present[strongest], effect, Median(values, labels, strongest, true), Median(values, labels, strongest, false), strong && pValue < Significant);
    }

    // Mann and Whitney's U of each class against the rest, from ranks; equal values share their mean rank.
    private static (int Class, double Effect) MostSeparate(double[] values, int[] labels, int classes)
    {
        int n = values.Length;
        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => values[i]).ThenBy(i => i)];
        var (rankSums, counts) = (new double[classes], new int[classes]);
        for (int start = 0; start < n;)
        {
            int end = start;
            while (end < n && values[order[end]] == values[order[start]]) end++;
            for (int i = start; i < end; i++)
            {
                rankSums[labels[order[i]]] += (start + end + 1) / 2.0;
                counts[labels[order[i]]]++;
            }
            start = end;
        }
        double EffectOf(int c) => counts[c] == n || counts[c] == 0 ? 0 : 2 * (rankSums[c] - counts[c] * (counts[c] + 1) / 2.0) / ((double)counts[c] * (n - counts[c])) - 1;
        int best = Enumerable.Range(0, classes).MaxBy(c => Math.Abs(EffectOf(c)));
        return (best, EffectOf(best));
    }

    // The normal tail's bound exp(−z²/2), for both sides; equal values make it larger than need be.
    private static double ChanceOf(double effect, int members, int others)
    {
        double variance = (members + others + 1) / (3.0 * members * others);
        return others == 0 ? 1 : Math.Exp(-effect * effect / (2 * variance));
    }

    private static double Median(double[] values, int[] labels, int c, bool own) => RobustSpread.Of(values.Where((_, i) => labels[i] == c == own), 1).Median;

    // Within a class in turns after a shuffle; a group goes where its first sample goes.
    private static int[] FoldsOf(int[] kept, int[] labels, IReadOnlyList<string?>? groups, ulong seed)
    {
        var folds = new int[kept.Length];
        int[] order = [.. Enumerable.Range(0, kept.Length)];
        Shuffle(order, CounterRandom.Key(seed, 0, 0, FoldOp));
        var next = new int[labels.Max() + 1];
        var ofGroup = new Dictionary<string, int>();
        foreach (int i in order)
        {
            string? group = groups?[kept[i]];
            if (group is not null && ofGroup.TryGetValue(group, out int fold)) folds[i] = fold;
            else
            {
                folds[i] = next[labels[i]]++ % Folds;
                if (group is not null) ofGroup.Add(group, folds[i]);
            }
        }
        return folds;
    }
}
