using NativeTrainer.Advice.Splits;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Tests.Advice.Splits;

public sealed class DomainTestTests
{
    // Two classes far apart with other shares in the two splits: no difference of domains by itself.
    [Fact]
    public void SplitsAlikeCannotBeTold()
    {
        var (features, labels, second) = Features(shift: 0);
        var test = DomainTest.Run(features, labels, second)!;
        Assert.True(test.PValue > 0.01 && test.Auroc is > 0.4 and < 0.6, $"{test}");
    }

    [Fact]
    public void ASplitFromElsewhereIsTold()
    {
        var (features, labels, second) = Features(shift: 0.4f);
        var test = DomainTest.Run(features, labels, second)!;
        Assert.True(test.Low > 0.7 && test.PValue < 1e-6, $"{test}");
    }

    [Fact]
    public void OfAFewPicturesNothingIsSaid() => Assert.Null(DomainTest.Run(new float[30 * 4], new int[30], [.. Enumerable.Range(0, 30).Select(i => i < 10)]));

    [Fact]
    public void TheAreaCountsTiesHalf()
    {
        Assert.Equal(0.5, DomainTest.AreaUnder([1, 1, 1, 1], [true, false, true, false]));
        Assert.Equal(0.75, DomainTest.AreaUnder([1, 2, 3, 4], [false, true, false, true]));
    }

    private static (float[] Features, int[] Labels, bool[] Second) Features(float shift)
    {
        const int n = 500, d = 40;
        var features = new float[n * d];
        CounterRandom.FillNormal(9, 0, 1, features);
        var (labels, second) = (new int[n], new bool[n]);
        for (int i = 0; i < n; i++)
        {
            second[i] = i % 4 == 0;
            labels[i] = CounterRandom.Uniform(3, (ulong)i) < (second[i] ? 0.3f : 0.7f) ? 1 : 0;
            for (int k = 0; k < d; k++) features[i * d + k] += labels[i] * 4 + (second[i] && k % 2 == 0 ? shift : 0);
        }
        return (features, labels, second);
    }
}
