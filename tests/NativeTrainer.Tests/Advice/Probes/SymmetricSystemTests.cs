using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Tests.Advice.Probes;

/// <summary>Both ways to solve with a symmetric matrix.</summary>
public sealed class SymmetricSystemTests
{
    private static readonly ParallelOptions Two = new() { MaxDegreeOfParallelism = 2 };

    [Fact]
    public void CholeskyOfASmallMatrix()
    {
        // (4 2; 2 3)·(1; 2) = (8; 8)
        double[] b = [8, 8];
        Cholesky.Factor([4, 2, 2, 3], 2, Two).Solve(b, Two);
        Assert.Equal(1, b[0], 1e-14);
        Assert.Equal(2, b[1], 1e-14);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(131)] // an edge of rows and of columns behind whole tiles
    [InlineData(200)]
    public void CholeskySolvesWhatItWasGiven(int n)
    {
        double[] a = Matrix(n), x = [.. Enumerable.Range(0, 3 * n).Select(i => Math.Sin(i))], b = [.. Product(a, x[..n]), .. Product(a, x[n..(2 * n)]), .. Product(a, x[(2 * n)..])];
        Cholesky.Factor((double[])a.Clone(), n, Two).Solve(b, Two);
        for (int i = 0; i < b.Length; i++) Assert.Equal(x[i], b[i], 1e-9);
    }

    [Fact]
    public void CholeskyRefusesWhatIsNotPositive()
        => Assert.Contains("pivot 1 of 2", Assert.Throws<ArgumentException>(() => Cholesky.Factor([1, 2, 2, 1], 2, Two)).Message, StringComparison.Ordinal);

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        const int n = 150;
        var one = new ParallelOptions { MaxDegreeOfParallelism = 1 };
        double[] a = Matrix(n), first = [.. Enumerable.Range(0, n).Select(i => (double)i)], second = (double[])first.Clone();
        Cholesky.Factor((double[])a.Clone(), n, one).Solve(first, one);
        Cholesky.Factor((double[])a.Clone(), n, Two).Solve(second, Two);
        Assert.Equal(first, second);
        var (t, u) = (Tridiagonal.Reduce((double[])a.Clone(), n, one).Shift(1), Tridiagonal.Reduce((double[])a.Clone(), n, Two).Shift(1));
        Assert.Equal((t.LogDeterminant, t.InverseTrace), (u.LogDeterminant, u.InverseTrace));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(40)]
    public void ShiftedSystemsAreTheMatrixInAnotherBasis(int n)
    {
        const double shift = 0.5;
        double[] a = Matrix(n), x = [.. Enumerable.Range(0, n).Select(i => Math.Cos(i))];
        var system = Tridiagonal.Reduce((double[])a.Clone(), n, Two);
        var shifted = system.Shift(shift);
        for (int i = 0; i < n; i++) a[i * n + i] += shift;
        double[] direct = (double[])x.Clone(), turned = (double[])x.Clone();
        var cholesky = Cholesky.Factor((double[])a.Clone(), n, Two);
        cholesky.Solve(direct, Two);
        system.ToBasis(turned);
        double[] solved = (double[])turned.Clone();
        shifted.Solve(solved);
        // xᵀ(A + t)⁻¹x and ‖(A + t)⁻¹x‖ do not depend on the basis.
        Assert.Equal(Dot(x, direct), Dot(turned, solved), 1e-10);
        Assert.Equal(Dot(direct, direct), Dot(solved, solved), 1e-10);
        double trace = 0;
        for (int i = 0; i < n; i++)
        {
            var unit = new double[n];
            unit[i] = 1;
            cholesky.Solve(unit, Two);
            trace += unit[i];
        }
        Assert.Equal(trace, shifted.InverseTrace, 1e-9);
        Assert.Equal(LogDeterminant(a, n), shifted.LogDeterminant, 1e-9);
    }

    // Zero beside the diagonal, twice the same eigenvalue, zero altogether.
    [Fact]
    public void MatricesWithNothingToReduce()
    {
        var diagonal = Tridiagonal.Reduce([2, 0, 0, 0, 2, 0, 0, 0, 5], 3, Two).Shift(1);
        Assert.Equal(Math.Log(3 * 3 * 6), diagonal.LogDeterminant, 1e-14);
        Assert.Equal(1 / 3.0 + 1 / 3.0 + 1 / 6.0, diagonal.InverseTrace, 1e-14);
        var nothing = Tridiagonal.Reduce(new double[9], 3, Two).Shift(2);
        Assert.Equal(1.5, nothing.InverseTrace, 1e-14);
    }

    /// <summary>B·Bᵀ + I for a fixed B.</summary>
    private static double[] Matrix(int n)
    {
        float[] b = Gaussians.Draw(n * n, 1, 1, 0).Features.Values;
        var a = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                for (int k = 0; k < n; k++) a[i * n + j] += (double)b[i * n + k] * b[j * n + k] / n;
                if (i == j) a[i * n + j] += 1;
            }
        }
        return a;
    }

    private static double[] Product(double[] a, double[] x) => [.. Enumerable.Range(0, x.Length).Select(i => Enumerable.Range(0, x.Length).Sum(j => a[i * x.Length + j] * x[j]))];

    private static double Dot(double[] a, double[] b) => a.Zip(b).Sum(pair => pair.First * pair.Second);

    // Gauss without pivots: the matrix is positive definite.
    private static double LogDeterminant(double[] matrix, int n)
    {
        var a = (double[])matrix.Clone();
        double sum = 0;
        for (int k = 0; k < n; k++)
        {
            sum += Math.Log(a[k * n + k]);
            for (int i = k + 1; i < n; i++)
            {
                double factor = a[i * n + k] / a[k * n + k];
                for (int j = k; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
            }
        }
        return sum;
    }
}
