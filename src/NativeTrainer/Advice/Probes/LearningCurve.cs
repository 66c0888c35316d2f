using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Advice.Probes;

/// <summary>Accuracy of probes on subsamples of one size.</summary>
/// <param name="Samples">Training samples.</param>
/// <param name="Accuracy">Mean over subsamples, 0…1, on samples that none of them holds.</param>
/// <param name="Deviation">Standard deviation over subsamples; of a single one, that of the point before.</param>
/// <param name="Subsamples">How many.</param>
public sealed record CurvePoint(int Samples, double Accuracy, double Deviation, int Subsamples);

/// <summary>What a number of training samples is expected to give.</summary>
/// <param name="Accuracy">0…1.</param>
/// <param name="Low">5th percentile over the bootstrap.</param>
/// <param name="High">95th percentile.</param>
public sealed record AccuracyForecast(int Samples, double Accuracy, double Low, double High);

/// <summary>How a curve is measured.</summary>
public sealed record LearningCurveOptions
{
    /// <summary>Parts of the training samples, rising, the last 1.</summary>
    public IReadOnlyList<double> Shares { get; init; } = [0.125, 0.25, 0.375, 0.5, 0.75, 1];

    /// <summary>Random subsamples for each part; all of the samples are one.</summary>
    public int Subsamples { get; init; } = 10;

    /// <summary>Training samples of the largest part: the cost grows with them, and the law carries on from there.</summary>
    public int MostSamples { get; init; } = 10_000;

    /// <summary>Resamplings that the uncertainty comes from.</summary>
    public int Resamplings { get; init; } = 200;

    public ulong Seed { get; init; } = 1;

    /// <summary>0 takes all processors; results do not depend on it.</summary>
    public int Threads { get; init; }
}

/// <summary>
/// Accuracy of a linear probe on frozen features by the number of training samples, a power law through it, and what more samples would buy.
/// The uncertainty comes from resampling subsamples and validation samples together and fitting anew, with slower and faster laws in turn.
/// </summary>
public sealed class LearningCurve
{
    private const uint BootstrapOp = 0xB007;

    /// <summary>Of resampled laws, evenly: what is not known of the exponent is part of the uncertainty.</summary>
    private const double SlowestExponent = 0.25, FastestExponent = 1;

    /// <summary>Deviation of real curves from the law, and of a mean over very few validation samples from itself.</summary>
    private const double LeastDeviation = 0.005;

    private readonly PowerLaw[] _resampled;

    private LearningCurve(IReadOnlyList<CurvePoint> points, PowerLaw law, PowerLaw[] resampled, int samples)
        => (Points, Law, _resampled, Samples) = (points, law, resampled, samples);

    /// <summary>By rising number of samples.</summary>
    public IReadOnlyList<CurvePoint> Points { get; }

    /// <summary>Through the points.</summary>
    public PowerLaw Law { get; }

    /// <summary>Training samples that there are.</summary>
    public int Samples { get; }

    /// <summary>Expected accuracy with another number of training samples from the same source.</summary>
    public AccuracyForecast Forecast(int samples)
    {
        double[] at = [.. _resampled.Select(law => Math.Clamp(law.At(samples), 0, 1)).Order()];
        return new AccuracyForecast(samples, Math.Clamp(Law.At(samples), 0, 1), Percentile(at, 0.05), Percentile(at, 0.95));
    }

    /// <summary>Measures a curve.</summary>
    /// <param name="train">(n, d), as the network gives them.</param>
    /// <param name="labels">n class indices below <paramref name="classes"/>.</param>
    /// <param name="validation">(m, d); without a row, a fifth of the training samples is held out each time.</param>
    /// <exception cref="ArgumentException">Fewer than two samples, or not a label each.</exception>
    public static LearningCurve Measure(FeatureMatrix train, ReadOnlySpan<int> labels, FeatureMatrix validation, ReadOnlySpan<int> validationLabels, int classes,
        LearningCurveOptions? options = null)
    {
        options ??= new LearningCurveOptions();
        if (train.Rows < 2 || labels.Length != train.Rows || validationLabels.Length != validation.Rows)
            throw new ArgumentException($"{train.Rows} and {validation.Rows} feature vectors for {labels.Length} and {validationLabels.Length} labels");
        using var products = new MatrixProducts(options.Threads);
        var trials = CurveTrials.Run(train.Normalised(), labels.ToArray(), validation.Normalised(), validationLabels.ToArray(), classes, options, products);
        var points = trials.Points();
        var resampled = new PowerLaw[options.Resamplings];
        ulong key = CounterRandom.Key(options.Seed, 0, 0, BootstrapOp);
        Parallel.For(0, resampled.Length, products.Parallel, i =>
        {
            double exponent = SlowestExponent + (FastestExponent - SlowestExponent) * (i + 0.5) / resampled.Length;
            resampled[i] = Fit(trials.Resampled(key, (uint)i, points), exponent);
        });
        return new LearningCurve(points, Fit(points, PowerLaw.UsualExponent), resampled, train.Rows);
    }

    private static PowerLaw Fit(IReadOnlyList<CurvePoint> points, double exponent) => PowerLaw.Fit([.. points.Select(p => (double)p.Samples)], [.. points.Select(p => p.Accuracy)],
        [.. points.Select(p => 1 / (p.Deviation * p.Deviation / p.Subsamples + LeastDeviation * LeastDeviation))], exponent);

    private static double Percentile(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
