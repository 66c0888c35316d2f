using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Splits;

/// <summary>Whether the classes have other shares in one split than in another.</summary>
/// <param name="First">One split.</param>
/// <param name="Second">The other.</param>
/// <param name="Statistic">G = 2 Σ O ln(O/E) over the table of splits and classes.</param>
/// <param name="PValue">Chance of such a G where both are drawn from the same shares.</param>
/// <param name="Effect">Cramér's V, 0 (the same shares) to 1 (no class in both); below 0.1 is small.</param>
/// <param name="Class">The class whose share differs most.</param>
/// <param name="FirstShare">Its share of the first split.</param>
/// <param name="SecondShare">Its share of the second.</param>
public sealed record ClassShareDifference(SplitName First, SplitName Second, double Statistic, double PValue, double Effect, int Class, double FirstShare, double SecondShare);

/// <summary>The G-test of independence (Sokal and Rohlf, "Biometry") with Williams' correction, which small counts need.</summary>
public static class ClassShares
{
    /// <param name="first">Pictures of each class in one split.</param>
    /// <param name="second">The same in another.</param>
    /// <returns>Null where a split is empty or there is only one class.</returns>
    public static ClassShareDifference? Compare(SplitName firstName, IReadOnlyList<int> first, SplitName secondName, IReadOnlyList<int> second)
    {
        if (first.Count != second.Count) throw new ArgumentException($"{first.Count} classes and {second.Count} classes", nameof(second));
        double a = first.Sum(), b = second.Sum(), n = a + b;
        int[] present = [.. Enumerable.Range(0, first.Count).Where(c => first[c] + second[c] > 0)];
        if (a == 0 || b == 0 || present.Length < 2) return null;
        double g = 0, chi = 0, inverse = 0;
        foreach (int c in present)
        {
            double total = first[c] + second[c];
            inverse += 1 / total;
            foreach (var (observed, size) in (ReadOnlySpan<(int, double)>)[(first[c], a), (second[c], b)])
            {
                double expected = total * size / n;
                if (observed > 0) g += 2 * observed * Math.Log(observed / expected);
                chi += (observed - expected) * (observed - expected) / expected;
            }
        }
        int freedom = present.Length - 1;
        double correction = 1 + (n * (1 / a + 1 / b) - 1) * (n * inverse - 1) / (6 * n * freedom);
        int most = present.MaxBy(c => Math.Abs(first[c] / a - second[c] / b));
        return new ClassShareDifference(firstName, secondName, g, Distributions.ChiSquareTail(g / correction, freedom), Math.Sqrt(chi / n), most, first[most] / a, second[most] / b);
    }
}
