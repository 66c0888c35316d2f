using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Kernels.Tests.Random;

public sealed class CounterRandomTests
{
    /// <summary>Lines "philox4x32 10" of tests/kat_vectors in DEShaw Research's Random123: four counter words, two key words, four results.</summary>
    [Theory]
    [InlineData(0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void AgreesWithPublishedVectors(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint r0, uint r1, uint r2, uint r3)
        => Assert.Equal(new RandomBlock(r0, r1, r2, r3), CounterRandom.Block(((ulong)k1 << 32) | k0, ((ulong)c1 << 32) | c0, ((ulong)c3 << 32) | c2));

    [Fact]
    public void UniformCoversZeroToOneEvenly()
    {
        const int Draws = 100_000;
        var bins = new int[10];
        for (int i = 0; i < Draws; i++)
        {
            float u = CounterRandom.Uniform(7, (ulong)i);
            Assert.InRange(u, 0f, 0.99999994f);
            bins[(int)(u * 10)]++;
        }
        // A bin holds Binomial(n, 1/10): five standard deviations are 474.
        Assert.All(bins, bin => Assert.InRange(bin, 10_000 - 474, 10_000 + 474));
        Assert.Equal(0f, CounterRandom.ToUniform(0));
        Assert.True(CounterRandom.ToUniform(uint.MaxValue) < 1);
    }

    [Fact]
    public void NormalHasItsMoments() => CheckMoments([.. Enumerable.Range(0, 100_000).Select(i => CounterRandom.Normal(7, (ulong)i))], 1);

    [Fact]
    public void ManyNormalValuesHaveTheirMoments()
    {
        var values = new float[100_000];
        CounterRandom.FillNormal(7, 0, 3, values);
        CheckMoments(values, 3);
        // Neighbours come of one counter, four by four.
        double[] products = [.. Enumerable.Range(0, 3).Select(lag => values.Zip(values.Skip(lag + 1), (a, b) => a / 3.0 * b / 3.0).Sum() / values.Length)];
        Assert.All(products, product => Assert.InRange(product, -5 * Math.Sqrt(1.0 / values.Length), 5 * Math.Sqrt(1.0 / values.Length)));
    }

    [Fact]
    public void ManyNormalValuesAreBoxAndMullers()
    {
        var values = new float[40_000];
        CounterRandom.FillNormal(7, 5, 1, values);
        for (int i = 0; i < values.Length; i += 4)
        {
            var block = CounterRandom.Block(7, 5 + (ulong)i / 4);
            Check(i, block.X0, block.X1);
            Check(i + 2, block.X2, block.X3);
        }

        void Check(int at, uint u, uint v)
        {
            double radius = Math.Sqrt(-2 * Math.Log((u + 1.0) / 4294967296)), angle = 2 * Math.PI * v / 4294967296;
            // Near u = 1 the logarithm is as small as the rounding of u.
            double bound = 8 * Math.Pow(2, -24) * (radius + 1 / Math.Max(radius, Math.Pow(2, -12)));
            Assert.InRange(values[at], radius * Math.Cos(angle) - bound, radius * Math.Cos(angle) + bound);
            Assert.InRange(values[at + 1], radius * Math.Sin(angle) - bound, radius * Math.Sin(angle) + bound);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(1000)]
    public void PartsOfNormalValuesAreThoseOfTheWhole(int count)
    {
        float[] whole = new float[5000], part = new float[count];
        CounterRandom.FillNormal(7, 11, 0.1f, whole);
        CounterRandom.FillNormal(7, 11 + 64, 0.1f, part);
        Assert.Equal(whole[256..(256 + count)], part);
    }

    private static void CheckMoments(float[] values, double std)
    {
        double sum = 0, squares = 0, cubes = 0;
        foreach (float value in values)
        {
            double z = value / std;
            (sum, squares, cubes) = (sum + z, squares + z * z, cubes + z * z * z);
        }
        // Standard errors of the first three moments: √(1/n), √(2/n), √(15/n); five of each.
        double n = values.Length;
        Assert.InRange(sum / n, -5 * Math.Sqrt(1 / n), 5 * Math.Sqrt(1 / n));
        Assert.InRange(squares / n - 1, -5 * Math.Sqrt(2 / n), 5 * Math.Sqrt(2 / n));
        Assert.InRange(cubes / n, -5 * Math.Sqrt(15 / n), 5 * Math.Sqrt(15 / n));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(17)]
    public void BelowReachesEveryValueAndNoOther(int count)
    {
        var seen = new bool[count];
        for (int i = 0; i < 1000; i++) seen[CounterRandom.Below(1, (ulong)i, count)] = true;
        Assert.All(seen, Assert.True);
    }

    [Fact]
    public void KeysOfNeighboursDiffer()
    {
        var keys = new HashSet<ulong>();
        for (uint epoch = 0; epoch < 10; epoch++)
            for (ulong sample = 0; sample < 100; sample++)
                for (uint op = 0; op < 10; op++)
                    for (ulong seed = 0; seed < 2; seed++)
                        Assert.True(keys.Add(CounterRandom.Key(seed, epoch, sample, op)));
    }
}
