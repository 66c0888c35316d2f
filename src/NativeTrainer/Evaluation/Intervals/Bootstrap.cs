using NativeTrainer.Imaging;

namespace NativeTrainer.Evaluation.Intervals;

/// <summary>How a bootstrap is drawn.</summary>
public sealed record BootstrapOptions
{
    /// <summary>2,000 give the ends of a 95 % interval to about a twentieth of its width.</summary>
    public int Resamples { get; init; } = 2000;

    public ulong Seed { get; init; } = 1;

    /// <summary>0 takes all processors; the result does not depend on them.</summary>
    public int Threads { get; init; }
}

/// <summary>Figures of a resample.</summary>
/// <param name="times">How often each sample was drawn.</param>
/// <param name="figures">To fill; NaN where one is not defined.</param>
public delegate void ResampledFigures(ReadOnlySpan<int> times, Span<double> figures);

/// <summary>
/// The stratified bootstrap (Efron and Tibshirani, "An introduction to the bootstrap", 1993): samples are drawn anew with replacement within each stratum, so that each class keeps its
/// number, and the spread of a figure over the resamples stands for its spread over test sets. Resample r draws from a stream of its own, so the result is the same for any number of threads.
/// </summary>
public sealed class Bootstrap
{
    private readonly double[] _figures; // (resamples, width)
    private readonly int _width;

    private Bootstrap(double[] figures, int width) => (_figures, _width) = (figures, width);

    /// <param name="strata">Of each sample, such as its class; not negative.</param>
    /// <param name="width">How many figures a resample gives.</param>
    public static Bootstrap Run(ReadOnlySpan<int> strata, int width, ResampledFigures compute, BootstrapOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Resamples, 1);
        int samples = strata.Length;
        var (members, starts) = ByStratum(strata);
        var figures = new double[(long)options.Resamples * width];
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        Parallel.For(0, options.Resamples, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => new int[samples], (r, _, times) =>
        {
            Draw(members, starts, SplitMix.Key(options.Seed, (ulong)r), times);
            compute(times, figures.AsSpan(r * width, width));
            return times;
        }, _ => { });
        return new Bootstrap(figures, width);
    }

    /// <summary>A figure of every resample, rising; those that are not defined are left out.</summary>
    public double[] Sorted(int figure)
    {
        double[] values = [.. Enumerable.Range(0, _figures.Length / _width).Select(r => _figures[r * _width + figure]).Where(v => !double.IsNaN(v))];
        Array.Sort(values);
        return values;
    }

    /// <summary>
    /// The 95 % percentile interval; undefined where no resample differs from another, for then the samples show nothing of the spread (all right, say), and where fewer than half
    /// of them have the figure.
    /// </summary>
    public Interval Interval(int figure)
    {
        double[] values = Sorted(figure);
        if (values.Length < 2 || 2 * values.Length < _figures.Length / _width || values[0] == values[^1]) return Intervals.Interval.Undefined;
        return new Interval(Quantile(values, 0.025), Quantile(values, 0.975));
    }

    /// <summary>Between neighbours in proportion (type 7 of Hyndman and Fan, as numpy's default).</summary>
    internal static double Quantile(ReadOnlySpan<double> sorted, double share)
    {
        double at = share * (sorted.Length - 1);
        int low = (int)at, high = Math.Min(low + 1, sorted.Length - 1);
        return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
    }

    private static (int[] Members, int[] Starts) ByStratum(ReadOnlySpan<int> strata)
    {
        int count = 0;
        foreach (int stratum in strata) count = Math.Max(count, stratum + 1);
        var starts = new int[count + 1];
        foreach (int stratum in strata) starts[stratum + 1]++;
        for (int s = 0; s < count; s++) starts[s + 1] += starts[s];
        var (members, next) = (new int[strata.Length], starts[..count]);
        for (int i = 0; i < strata.Length; i++) members[next[strata[i]]++] = i;
        return (members, starts);
    }

    private static void Draw(int[] members, int[] starts, ulong key, int[] times)
    {
        Array.Clear(times);
        ulong counter = 0;
        for (int s = 0; s + 1 < starts.Length; s++)
        {
            int start = starts[s], count = starts[s + 1] - start;
            for (int i = 0; i < count; i++) times[members[start + SplitMix.Below(key, counter++, count)]]++;
        }
    }
}
