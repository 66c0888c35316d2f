namespace NativeTrainer.Imaging.Tests;

public class SplitMixTests
{
    // The first outputs of SplitMix64 for the seed 1234567, as published with the reference code (https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64).
    [Theory]
    [InlineData(0, 6457827717110365317UL)]
    [InlineData(1, 3203168211198807973UL)]
    [InlineData(2, 9817491932198370423UL)]
    [InlineData(3, 4593380528125082431UL)]
    [InlineData(4, 16408922859458223821UL)]
    public void GivesThePublishedNumbers(ulong counter, ulong expected) => Assert.Equal(expected, SplitMix.At(1234567, counter));

    [Fact]
    public void BelowStaysBelowAndReachesEveryValue()
    {
        var seen = Enumerable.Range(0, 1000).Select(i => SplitMix.Below(9, (ulong)i, 7)).Distinct().Order();
        Assert.Equal(Enumerable.Range(0, 7), seen);
    }
}
