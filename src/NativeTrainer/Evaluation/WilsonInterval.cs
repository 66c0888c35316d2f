namespace NativeTrainer.Evaluation;

/// <summary>What a share of right answers says about the true one: the 95 % score interval of Wilson (J. American Statistical Association 1927).</summary>
/// <param name="Low">0 ≤ low.</param>
/// <param name="High">high ≤ 1.</param>
public readonly record struct WilsonInterval(double Low, double High)
{
    private const double Z = 1.959963984540054; // the normal's 97.5 % quantile

    public double HalfWidth => (High - Low) / 2;

    /// <param name="share">0 ≤ share ≤ 1.</param>
    /// <param name="count">Pictures, at least 1.</param>
    public static WilsonInterval Of(double share, long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        double z2 = Z * Z / count, centre = (share + z2 / 2) / (1 + z2);
        double half = Z / (1 + z2) * Math.Sqrt(share * (1 - share) / count + z2 / (4 * count));
        return new WilsonInterval(Math.Max(centre - half, 0), Math.Min(centre + half, 1));
    }
}
