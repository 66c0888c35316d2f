using System.Globalization;

namespace NativeTrainer.Advice.LearningRates;

/// <summary>
/// Reads the curve of a learning-rate range test (Smith 2017, "Cyclical learning rates for training neural networks"; Smith 2018, arXiv:1803.09820): the loss after each of the
/// steps whose rates grow by a constant factor.
/// </summary>
internal sealed class RangeCurve
{
    private const int LeastPoints = 8;

    /// <summary>The loss has risen where this share of its fall is lost.</summary>
    private const double LostShare = 0.25;

    /// <summary>
    /// The suggestion is so far below the rate at which the loss rises for good. Measured on three sets (advice-quality, 128 pixels): at 20 images a class that point moved by a third
    /// between sets, those of steepest descent by six times; the rates that trained well, 0.005 with all images and 0.005 to 0.02 with 20 a class, lay at a third to a fourteenth of it.
    /// </summary>
    private const double BelowRise = 5;

    /// <summary>A fall counts beyond so many standard errors of the smoothed curve, and beyond this share of the loss.</summary>
    private const double SignificantErrors = 4, SignificantShare = 0.02;

    private readonly double[] _rates, _fit, _slope, _needed;
    private readonly double _start;
    private readonly int _minimum;

    private RangeCurve(double[] rates, double[] losses, double start)
    {
        _rates = rates;
        (_fit, _slope, double[] share) = LocalLine.Through(losses, HalfWidth(rates.Length));
        _start = start;
        // Of neighbours, for they differ by little but noise; the median ignores the blow-up at the end.
        double[] steps = [.. losses.Zip(losses.Skip(1), (a, b) => Math.Abs(b - a)).Order()];
        double noise = steps[steps.Length / 2] / 0.6745 / Math.Sqrt(2);
        _needed = [.. share.Select(s => Math.Max(SignificantErrors * noise * Math.Sqrt(s), SignificantShare * Math.Abs(_start)))];
        _minimum = Array.IndexOf(_fit, _fit.Min());
    }

    /// <param name="rates">Growing; one per step.</param>
    /// <param name="losses">After each step. Behind the first that is not finite nothing counts.</param>
    /// <param name="start">The loss before the first step.</param>
    public static (IReadOnlyList<RangePoint> Points, RateSuggestion Suggestion) Read(IReadOnlyList<double> rates, IReadOnlyList<double> losses, double start)
    {
        int finite = losses.TakeWhile(double.IsFinite).Count();
        bool diverged = finite < losses.Count;
        if (finite < LeastPoints)
        {
            var bare = rates.Zip(losses, (rate, loss) => new RangePoint(rate, loss, double.NaN)).ToArray();
            return (bare, Nothing(RangeOutcome.OnlyRises, rates.Take(Math.Max(1, finite)).Last(), diverged,
                Text($"the loss was no number after {finite} steps, at rate {rates[Math.Min(finite, rates.Count - 1)]:0.0e0}: start the test at a lower rate")));
        }
        var curve = new RangeCurve([.. rates.Take(finite)], [.. losses.Take(finite)], start);
        var points = rates.Select((rate, i) => new RangePoint(rate, losses[i], i < finite ? curve._fit[i] : double.NaN)).ToArray();
        return (points, curve.Suggest(diverged));
    }

    /// <summary>Whether the test may stop: the loss is no number, or the last three are four times the lowest and well above the start.</summary>
    public static bool Diverges(IReadOnlyList<double> losses, double start)
        => !double.IsFinite(losses[^1]) || (losses.Count >= LeastPoints && losses.TakeLast(3).Min() > Math.Max(4 * Math.Min(losses.Min(), start), 1.5 * start));

    private RateSuggestion Suggest(bool diverged)
    {
        double fall = _start - _fit[_minimum];
        // From where on it stays up: a flat valley has bumps of its own.
        int rise = Enumerable.Range(_minimum, _fit.Length - _minimum).LastOrDefault(i => _fit[i] - _fit[_minimum] <= Math.Max(LostShare * fall, _needed[i]), _minimum) + 1;
        bool rises = diverged || rise < _fit.Length;
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
        double high = _rates[Math.Min(rise, _fit.Length) - 1], rate = rises ? high / BelowRise : _rates[steepest];
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
                + (rises ? Text($", and rises beyond {high:0.0e0}: a fifth of that") : ", and had not risen where the test ended: the rate of the fastest fall"),
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

    private static int HalfWidth(int points) => Math.Max(2, points / 20);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
