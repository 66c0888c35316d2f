using NativeTrainer.Advice.Probes;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Tests.Advice.Probes;

public sealed class MatrixProductsTests
{
    // Past the blocks of rows (256 and 1024), with rests, and where the other operand is cut into parts.
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 2)]
    [InlineData(300, 7, 33)]
    [InlineData(1100, 3, 20)]
    [InlineData(40, 500, 40_000)]
    public void ProductsAreThoseOfTheDefinition(int m, int k, int d)
    {
        float[] a = Values(m * d, 1), b = Values(k * d, 2), c = new float[m * k];
        using var products = new MatrixProducts(2);
        products.MultiplyTransposed(a, b, d, c);
        for (int i = 0; i < m; i += Math.Max(1, m / 13))
        {
            for (int j = 0; j < k; j += Math.Max(1, k / 11))
            {
                double sum = 0, size = 0;
                for (int l = 0; l < d; l++)
                {
                    sum += (double)a[i * d + l] * b[j * d + l];
                    size += Math.Abs((double)a[i * d + l] * b[j * d + l]);
                }
                Assert.InRange(Math.Abs(c[i * k + j] - sum), 0, Math.Sqrt(d) * 6e-8 * size + 1e-30);
            }
        }
    }

    [Theory]
    [InlineData(1, 2, 3)]
    [InlineData(1023, 3, 5)]
    [InlineData(2500, 17, 4)]
    public void SumsOverRowsAreThoseOfTheDefinition(int n, int p, int q)
    {
        float[] a = Values(n * p, 3), b = Values(n * q, 4);
        using var products = new MatrixProducts(2);
        double[] c = products.TransposedMultiply(a, p, b, q);
        for (int i = 0; i < p; i++)
        {
            for (int j = 0; j < q; j++)
            {
                double sum = 0, size = 0;
                for (int row = 0; row < n; row++)
                {
                    sum += (double)a[row * p + i] * b[row * q + j];
                    size += Math.Abs((double)a[row * p + i] * b[row * q + j]);
                }
                Assert.InRange(Math.Abs(c[i * q + j] - sum), 0, Math.Sqrt(1024) * 6e-8 * size);
            }
        }
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        float[] a = Values(700 * 90, 5);
        var results = new List<(float[] Products, double[] Sums)>();
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var products = new MatrixProducts(threads);
            var c = new float[700 * 700];
            products.MultiplyTransposed(a, a, 90, c);
            results.Add((c, products.TransposedMultiply(a, 90, a, 90)));
        }
        Assert.All(results, r => Assert.Equal(results[0].Products, r.Products));
        Assert.All(results, r => Assert.Equal(results[0].Sums, r.Sums));
    }

    private static float[] Values(int count, ulong seed)
    {
        var values = new float[count];
        CounterRandom.FillNormal(seed, 0, 1, values);
        return values;
    }
}
