using NativeTrainer.Advice;

namespace NativeTrainer.Tests.Advice;

public class ClassNeighboursTests
{
    // Two directions in the plane, three images each; lengths differ and do not count.
    private static readonly float[] Features = [1, 0.1f, 5, 0.2f, 2, 0, 0.1f, 1, 0, 4, 0.3f, 2];

    private static readonly int[] Labels = [0, 0, 0, 1, 1, 1];

    [Fact]
    public void TheAngleDecidesAndTheImageItselfDoesNotVote()
    {
        var neighbours = new ClassNeighbours(Features, Labels);
        Assert.Equal([0, 1], neighbours.Classify([9, 1, 1, 9], [-1, -1], 3));
        Assert.Equal(1, neighbours.LeaveOneOutAccuracy(2));
        Assert.Equal(0, new ClassNeighbours([1, 0, 0, 1], [0, 1]).LeaveOneOutAccuracy(1));
    }

    [Fact]
    public void MoreNeighboursThanImagesTakesAll() => Assert.Equal([0], new ClassNeighbours(Features, Labels).Classify([1, 0], [-1], 100));
}
