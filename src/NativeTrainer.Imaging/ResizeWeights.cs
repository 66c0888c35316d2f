namespace NativeTrainer.Imaging;

/// <summary>
/// For each target pixel of one axis: the first source pixel, their number, and the weights, as in Pillow's <c>precompute_coeffs</c> and
/// <c>normalize_coeffs_8bpc</c> (src/libImaging/Resample.c).
/// </summary>
internal sealed class ResizeWeights
{
    /// <summary>Fraction bits of a weight: 8 bits of pixel and 2 of head-room (a cubic sums to more than 1 in places) leave so many of 32.</summary>
    public const int FractionBits = 32 - 8 - 2;

    private (ResizeFilter Filter, int Source, int Full, int First, int Count) _key;
    private double[] _exact = [];

    public int[] Starts { get; private set; } = [];  // (Count)

    public int[] Counts { get; private set; } = [];  // (Count)

    public int[] Weights { get; private set; } = []; // (Count, Taps)

    public int Count { get; private set; }

    /// <summary>Room per target pixel in <see cref="Weights"/>.</summary>
    public int Taps { get; private set; }

    /// <summary>The source pixels that any target pixel reads.</summary>
    public (int First, int Count) SourceRange => (Starts[0], Starts[Count - 1] + Counts[Count - 1] - Starts[0]);

    /// <param name="filter">The kernel.</param>
    /// <param name="source">Pixels of the source along this axis.</param>
    /// <param name="full">Pixels of the whole target along this axis.</param>
    /// <param name="first">First target pixel that is wanted.</param>
    /// <param name="count">Target pixels that are wanted.</param>
    public void Plan(ResizeFilter filter, int source, int full, int first, int count)
    {
        if (_key == (filter, source, full, first, count)) return;
        _key = (filter, source, full, first, count);
        double scale = (double)source / full;
        double stretch = Math.Max(scale, 1);
        double support = (filter == ResizeFilter.Bilinear ? 1 : 2) * stretch;
        (Count, Taps) = (count, (int)Math.Ceiling(support) * 2 + 1);
        if (Starts.Length < count) (Starts, Counts) = (new int[count], new int[count]);
        if (Weights.Length < (long)count * Taps) Weights = new int[checked(count * Taps)];
        if (_exact.Length < Taps) _exact = new double[Taps];
        for (int i = 0; i < count; i++) PlanPixel(i, (first + i + 0.5) * scale, support, 1 / stretch, source);
    }

    private void PlanPixel(int target, double centre, double support, double shrink, int source)
    {
        int start = Math.Max((int)(centre - support + 0.5), 0);
        int taps = Math.Min((int)(centre + support + 0.5), source) - start;
        double sum = 0;
        for (int i = 0; i < taps; i++) sum += _exact[i] = Kernel((i + start - centre + 0.5) * shrink);
        for (int i = 0; i < taps; i++)
        {
            double weight = _exact[i] / sum * (1 << FractionBits);
            Weights[target * Taps + i] = (int)(weight + (weight < 0 ? -0.5 : 0.5));
        }
        (Starts[target], Counts[target]) = (start, taps);
    }

    private double Kernel(double x)
    {
        x = Math.Abs(x);
        if (_key.Filter == ResizeFilter.Bilinear) return Math.Max(1 - x, 0);
        const double a = -0.5;
        if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }
}
