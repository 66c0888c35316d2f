using NativeTrainer.Graph;

namespace NativeTrainer.Tests.Graph;

public sealed class MemoryPlanTests
{
    [Fact]
    public void ClaimsThatLiveTogetherNeverShareBytes()
    {
        var random = new Random(11);
        for (int round = 0; round < 50; round++)
        {
            var claims = Enumerable.Range(0, 40).Select(i =>
            {
                int from = random.Next(60);
                return new MemoryClaim($"t{i}", random.Next(1, 5000), from, from + random.Next(20));
            }).ToArray();
            var plan = new MemoryPlan(claims, reuse: true);
            foreach (var a in claims)
            {
                Assert.True(a.Offset % 64 == 0 && a.Offset + a.Bytes <= plan.Bytes);
                foreach (var b in claims.Where(b => b != a && a.From <= b.To && b.From <= a.To))
                    Assert.True(a.Offset + a.Bytes <= b.Offset || b.Offset + b.Bytes <= a.Offset, $"{a} and {b} overlap");
            }
        }
    }

    [Fact]
    public void AChainReusesTheBytesOfWhatIsDead()
    {
        var claims = Enumerable.Range(0, 10).Select(i => new MemoryClaim($"t{i}", 6400, i, i + 1)).ToArray();
        Assert.Equal(2 * 6400, new MemoryPlan(claims, reuse: true).Bytes);
        Assert.Equal(10 * 6400, new MemoryPlan(claims, reuse: false).Bytes);
    }
}
