namespace NativeTrainer.Advice.Splits;

/// <summary>What a validation set of some size can tell.</summary>
public static class ValidationSize
{
    private const double Deviations95 = 1.959963984540054;

    /// <summary>Wilson's score interval for a share at 95 % ("Probable inference, the law of succession, and statistical inference", JASA 1927).</summary>
    /// <param name="accuracy">Share of right answers, 0 to 1.</param>
    /// <param name="pictures">At least 1.</param>
    public static (double Low, double High) Interval(double accuracy, int pictures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pictures, 1);
        if (!(accuracy is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(accuracy), accuracy, "0 ≤ accuracy ≤ 1");
        const double z = Deviations95;
        double n = pictures, scale = 1 / (1 + z * z / n);
        double centre = (accuracy + z * z / (2 * n)) * scale, half = z * Math.Sqrt(accuracy * (1 - accuracy) / n + z * z / (4 * n * n)) * scale;
        return (Math.Max(centre - half, 0), Math.Min(centre + half, 1));
    }

    /// <summary>The fewest pictures whose interval is no wider than 2 · <paramref name="halfWidth"/>.</summary>
    /// <param name="halfWidth">0 &lt; half width &lt; 0.5, such as 0.05 for ±5 points.</param>
    public static int Needed(double accuracy, double halfWidth)
    {
        if (!(halfWidth is > 0 and < 0.5)) throw new ArgumentOutOfRangeException(nameof(halfWidth), halfWidth, "0 < half width < 0.5");
        int low = 0, high = 1;
        while (!Fits(high)) (low, high) = (high, high * 2);
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            (low, high) = Fits(middle) ? (low, middle) : (middle, high);
        }
        return high;

        bool Fits(int pictures)
        {
            var (least, most) = Interval(accuracy, pictures);
            return most - least <= 2 * halfWidth;
        }
    }
}
