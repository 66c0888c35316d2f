using System.Numerics.Tensors;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Imaging;

namespace NativeTrainer.Training.FewShot;

/// <summary>
/// Fits heads in closed form to frozen features. Each is judged by leaving one image of each class out, in turn: by log loss, after its scores are divided so that softmax is as sure as
/// they are right. Ridge regression, which does best on average, is taken unless another is better by more than two standard errors (after Breiman et al., "Classification and regression trees", 1984:
/// of what cannot be told apart, what was preferred before). One image a class leaves nothing to leave out: then it is ridge regression by <see cref="UsualDivisor"/>.
/// </summary>
internal sealed class FewShotFit
{
    /// <summary>Taken where no other is plainly better; measured (<c>advice-quality few-shot</c>).</summary>
    public const FewShotHeadKind Preferred = FewShotHeadKind.Ridge;

    /// <summary>Of the scores' spread, where nothing can be left out.</summary>
    private const double UsualDivisor = 0.5;

    private FewShotFit(FewShotHead head, FewShotChoice choice) => (Head, Choice) = (head, choice);

    public FewShotHead Head { get; }

    public FewShotChoice Choice { get; }

    /// <param name="features">(n, d), finite.</param>
    /// <param name="labels">n class indices; each class has at least one.</param>
    /// <param name="wanted">Auto, or the one to take.</param>
    /// <param name="threads">0 takes all processors; the result does not depend on it.</param>
    public static FewShotFit Of(FeatureMatrix features, int[] labels, int classes, FewShotHeadKind wanted = FewShotHeadKind.Auto, int threads = 0)
    {
        using var products = new MatrixProducts(threads);
        var samples = new FewShotSamples(features, labels, classes, products);
        int[] rows = [.. samples.Turns.SelectMany(turn => turn).Order()];
        if (rows.Length == 0 && wanted == FewShotHeadKind.Auto) wanted = Preferred;
        Judged[] judged = [.. Candidates(samples, wanted).Select(candidate => Judge(candidate, samples, rows))];
        if (judged.Length == 0)
            throw new UserException($"--few-shot-head {wanted.ToString().ToLowerInvariant()}: {(wanted == FewShotHeadKind.Lda ? "no class has images that differ enough to measure a spread" : "all features are equal")}; take auto");
        Judged[] best = [.. judged.GroupBy(j => j.Score.Kind).Select(kind => kind.MinBy(j => j.Score.LogLoss)!).OrderBy(j => j.Score.LogLoss)];
        var chosen = best.FirstOrDefault(j => j.Score.Kind == Preferred) is { } preferred && !IsBetter(best[0].Losses, preferred.Losses) ? preferred : best[0];
        return new FewShotFit(chosen.Candidate.Fit().Cooled(chosen.Score.Divisor), new FewShotChoice(chosen.Score, [.. best.Select(j => j.Score)], rows.Length));
    }

    /// <summary>By more than two standard errors of the mean difference on the same samples.</summary>
    private static bool IsBetter(double[] losses, double[] than)
    {
        int n = losses.Length;
        if (n < 2) return false;
        double mean = 0, square = 0;
        for (int i = 0; i < n; i++) mean += (than[i] - losses[i]) / n;
        for (int i = 0; i < n; i++) square += Math.Pow(than[i] - losses[i] - mean, 2);
        return mean > 2 * Math.Sqrt(square / (n - 1) / n);
    }

    internal static IEnumerable<FewShotCandidate> Candidates(FewShotSamples samples, FewShotHeadKind wanted)
    {
        bool Takes(FewShotHeadKind kind) => wanted is FewShotHeadKind.Auto || wanted == kind;
        IEnumerable<FewShotCandidate> all =
        [
            .. Takes(FewShotHeadKind.Mean) ? [NearestMean.Of(samples)] : Array.Empty<FewShotCandidate>(),
            .. Takes(FewShotHeadKind.Cosine) ? [CosinePrototypes.Of(samples)] : Array.Empty<FewShotCandidate>(),
            .. Takes(FewShotHeadKind.Lda) ? LinearDiscriminant.Of(samples) : [],
            .. Takes(FewShotHeadKind.Ridge) ? RidgeRegression.Of(samples) : [],
            .. Takes(FewShotHeadKind.Knn) ? NearestNeighbours.Of(samples) : [],
        ];
        return all;
    }

    private static Judged Judge(FewShotCandidate candidate, FewShotSamples samples, int[] rows)
    {
        int k = samples.Classes;
        if (rows.Length == 0)
        {
            float[] fitted = candidate.Fit().Logits(samples.Features, samples.Products.Parallel);
            return new Judged(candidate, new FewShotScore(candidate.Kind, candidate.Setting, double.NaN, double.NaN, UsualDivisor * LeftOutCalibration.Spread([.. fitted.Select(f => (double)f)], k)), []);
        }
        double[] scores = [.. rows.SelectMany(row => candidate.LeftOut.AsSpan(row * k, k).ToArray())];
        double spread = LeftOutCalibration.Spread(scores, k);
        TensorPrimitives.Divide(scores, spread, scores);
        int[] labels = [.. rows.Select(i => samples.Labels[i])];
        double divisor = LeftOutCalibration.Fit(scores, labels, k);
        double[] losses = LeftOutCalibration.Losses(scores, labels, k, divisor);
        int right = Enumerable.Range(0, rows.Length).Count(i => TensorPrimitives.IndexOfMax<double>(scores.AsSpan(i * k, k)) == labels[i]);
        return new Judged(candidate, new FewShotScore(candidate.Kind, candidate.Setting, right / (double)rows.Length, losses.Average(), divisor * spread), losses);
    }

    /// <param name="Losses">Of each left-out sample.</param>
    private sealed record Judged(FewShotCandidate Candidate, FewShotScore Score, double[] Losses);
}
