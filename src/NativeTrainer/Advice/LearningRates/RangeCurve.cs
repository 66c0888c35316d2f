using System.Globalization;

namespace NativeTrainer.Advice.LearningRates;

/// <summary>
/// Reads the curve of a learning-rate range test (Smith 2017, "Cyclical learning rates for training neural networks"; Smith 2018, arXiv:1803.09820): losses of single
/// steps at rates that grow by a constant factor.
/// </summary>
internal sealed class RangeCurve
{
    /// <summary>Share of the curve at its low end that gives the loss before anything is learned, at least <see cref="LeastStart"/> points.</summary>
    private const double StartShare = 0.15;

    private const int LeastStart = 3, LeastPoints = 8;

    /// <summary>
    /// The suggestion is so far below the rate at which the loss begins to rise. Measured: of 20 images a class, rates a third to a quarter of it trained best, while steepest descent
    /// lay between a twentieth of it (backbone) and three quarters (head), for a short test cannot tell slopes well.
    /// </summary>
    private const double BelowRise = 4;

    /// <summary>A fall counts beyond so many standard errors of the smoothed curve, and beyond this share of the loss.</summary>
    private const double SignificantErrors = 4, SignificantShare = 0.02;

    private readonly double[] _rates, _fit, _slope, _needed;
    private readonly double _start;
    private readonly int _minimum;

    private RangeCurve(double[] rates, double[] losses)
    {
        _rates = rates;
        (_fit, _slope, double[] share) = LocalLine.Through(losses, HalfWidth(rates.Length));
        int start = StartCount(rates.Length);
        _start = losses.Take(start).Average();
        // Of neighbours, for they differ by little but noise; the median ignores the blow-up at the end.
        double[] steps = [.. losses.Zip(losses.Skip(1), (a, b) => Math.Abs(b - a)).Order()];
        double noise = steps[steps.Length / 2] / 0.6745 / Math.Sqrt(2);
        _needed = [.. share.Select(s => Math.Max(SignificantErrors * noise * Math.Sqrt(s + 1.0 / start), SignificantShare * Math.Abs(_start)))];
        _minimum = Array.IndexOf(_fit, _fit.Min());
    }

    /// <param name="rates">Growing; one per step.</param>
    /// <param name="losses">Of each step, before its update. Behind the first that is not finite nothing counts.</param>
    public static (IReadOnlyList<RangePoint> Points, RateSuggestion Suggestion) Read(IReadOnlyList<double> rates, IReadOnlyList<double> losses)
    {
        int finite = losses.TakeWhile(double.IsFinite).Count();
        bool diverged = finite < losses.Count;
        if (finite < LeastPoints)
        {
            var bare = rates.Zip(losses, (rate, loss) => new RangePoint(rate, loss, double.NaN)).ToArray();
            return (bare, Nothing(RangeOutcome.OnlyRises, rates.Take(Math.Max(1, finite)).Last(), diverged,
                Text($"the loss was no number after {finite} steps, at rate {rates[Math.Min(finite, rates.Count - 1)]:0.0e0}: start the test at a lower rate")));
        }
        var curve = new RangeCurve([.. rates.Take(finite)], [.. losses.Take(finite)]);
        var points = rates.Select((rate, i) => new RangePoint(rate, losses[i], i < finite ? curve._fit[i] : double.NaN)).ToArray();
        return (points, curve.Suggest(diverged));
    }

    /// <summary>Whether the test may stop: the loss is no number, or its running mean is four times its lowest and above where it began.</summary>
    public static bool Diverges(IReadOnlyList<double> losses)
    {
        if (!double.IsFinite(losses[^1])) return true;
        if (losses.Count < LeastPoints) return false;
        const double Keep = 0.7;
        double mean = 0, weight = 0, lowest = double.PositiveInfinity;
        foreach (double loss in losses)
        {
            (mean, weight) = (Keep * mean + (1 - Keep) * loss, Keep * weight + (1 - Keep));
            lowest = Math.Min(lowest, mean / weight);
        }
        return mean / weight > Math.Max(4 * lowest, losses.Take(LeastPoints).Average());
    }

    private RateSuggestion Suggest(bool diverged)
    {
        double fall = _start - _fit[_minimum];
        bool rises = diverged || Enumerable.Range(_minimum, _fit.Length - _minimum).Any(i => _fit[i] - _fit[_minimum] > _needed[i]);
        if (fall <= _needed[_minimum])
        {
            int firstRise = Enumerable.Range(0, _fit.Length).FirstOrDefault(i => _fit[i] - _start > _needed[i], _fit.Length);
            if (firstRise == _fit.Length && !diverged)
                return Nothing(RangeOutcome.Flat, _rates[^1], false, Text($"the loss stayed at {_start:0.000} from rate {_rates[0]:0.0e0} to {_rates[^1]:0.0e0}, to within its noise: test higher rates or more steps"));
            double last = _rates[Math.Max(0, firstRise - 1)];
            return Nothing(RangeOutcome.OnlyRises, last, true, Text($"the loss never fell below its start of {_start:0.000} and rises beyond rate {last:0.0e0}: a tenth of that does no harm")) with { Rate = last / 10 };
        }
        // Where a fall begins is told from its end: before it, noise may look like one.
        int Begins(Func<int, double> enough) => Enumerable.Range(0, _minimum).LastOrDefault(i => _start - _fit[i] <= enough(i), -1) + 1;
        int low = Begins(i => Math.Min(_needed[i], fall / 2)), halfway = Begins(_ => fall / 2), half = HalfWidth(_rates.Length);
        int steepest = Enumerable.Range(0, _minimum + 1).Where(i => i >= Math.Min(Math.Max(half, low - half), _minimum)).MinBy(i => _slope[i]);
        double high = _rates[rises ? _minimum : ^1], rate = rises ? high / BelowRise : _rates[steepest];
        return new RateSuggestion
        {
            Outcome = RangeOutcome.Found,
            Rate = rate,
            Low = Math.Min(_rates[low], rate),
            High = high,
            Rises = rises,
            HalfwaySum = _rates.Take(halfway + 1).Sum(),
            Steepest = _rates[steepest],
            Valley = Valley(),
            TenthOfMinimum = _rates[_minimum] / 10,
            Reason = Text($"the loss falls from {_start:0.000} to {_fit[_minimum]:0.000}, fastest at {_rates[steepest]:0.0e0}")
                + (rises ? Text($", and rises beyond {high:0.0e0}: a quarter of that") : ", and had not risen where the test ended: the rate of the fastest fall"),
        };
    }

    /// <summary>Two thirds into the longest part that only falls (the longest decreasing subsequence, as fastai's valley).</summary>
    private double Valley()
    {
        int n = _fit.Length;
        var (length, before) = (new int[n], new int[n]);
        for (int i = 0; i < n; i++)
        {
            (length[i], before[i]) = (1, -1);
            for (int j = 0; j < i; j++)
                if (_fit[j] > _fit[i] && length[j] + 1 > length[i]) (length[i], before[i]) = (length[j] + 1, j);
        }
        int end = Array.IndexOf(length, length.Max());
        var chain = new List<int>();
        for (int i = end; i >= 0; i = before[i]) chain.Insert(0, i);
        return _rates[chain[Math.Min(chain.Count - 1, chain.Count * 2 / 3)]];
    }

    private static RateSuggestion Nothing(RangeOutcome outcome, double high, bool rises, string reason) => new()
    {
        Outcome = outcome,
        Rate = double.NaN,
        Low = double.NaN,
        High = high,
        Rises = rises,
        HalfwaySum = double.NaN,
        Steepest = double.NaN,
        Valley = double.NaN,
        TenthOfMinimum = double.NaN,
        Reason = reason,
    };

    private static int StartCount(int points) => Math.Max(LeastStart, (int)(points * StartShare));

    private static int HalfWidth(int points) => Math.Max(2, points / 10);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
