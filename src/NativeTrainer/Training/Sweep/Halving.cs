namespace NativeTrainer.Training.Sweep;

/// <summary>
/// Successive halving (Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016) over runs of growing length, each from its start: a
/// run's schedule ends where its epochs do, so that a longer one is another run. Where the budget holds all runs at full length there is one rung.
/// </summary>
internal static class Halving
{
    /// <param name="epochs">Of each arm at full length.</param>
    /// <param name="seconds">Of an arm with so many epochs; grows with them.</param>
    /// <param name="budget">Seconds.</param>
    /// <returns>Rungs, the first of all arms; none where not even one epoch of the quickest arm fits.</returns>
    public static IReadOnlyList<SweepRung> Rungs(IReadOnlyList<int> epochs, Func<int, int, double> seconds, double budget)
    {
        int arms = epochs.Count, full = arms == 0 ? 0 : epochs.Max();
        if (arms == 0) return [];
        if (Worst(arms, full) <= budget) return [new SweepRung(arms, full)];
        for (int longest = full; longest >= 1; longest--)
        {
            var rungs = Halved(arms, longest);
            if (rungs.Sum(rung => Worst(rung.Arms, rung.Epochs)) <= budget) return rungs;
        }
        // One epoch each, of as many as there is time for: the quickest first.
        double[] once = [.. Enumerable.Range(0, arms).Select(arm => seconds(arm, 1)).Order()];
        int fit = 0;
        for (double sum = 0; fit < arms && (sum += once[fit]) <= budget; fit++) { }
        return fit == 0 ? [] : [new SweepRung(fit, 1)];

        // Whichever survive: those that take longest.
        double Worst(int survivors, int length) => Enumerable.Range(0, arms).Select(arm => seconds(arm, Math.Min(length, epochs[arm]))).OrderDescending().Take(survivors).Sum();
    }

    /// <summary>Half the arms and twice the epochs from rung to rung, down to one arm; rungs of equal length are one.</summary>
    private static List<SweepRung> Halved(int arms, int longest)
    {
        var rungs = new List<SweepRung>();
        for (int survivors = 1, length = longest; ; survivors = Math.Min(arms, 2 * survivors), length = Math.Max(1, length / 2))
        {
            if (rungs.Count > 0 && rungs[0].Epochs == length) rungs[0] = new SweepRung(survivors, length);
            else rungs.Insert(0, new SweepRung(survivors, length));
            if (survivors == arms) return rungs;
        }
    }
}
