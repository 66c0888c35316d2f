namespace NativeTrainer.Imaging.Tests;

public class DatasetLimitTests
{
    [Fact]
    public void ALimitedSetKeepsEveryClassAndItsOrder()
    {
        using var folder = new TempFolder();
        (string Name, int Count)[] classes = [("train/ant", 1), ("train/bee", 40), ("val/ant", 3), ("val/bee", 3)];
        foreach (var (name, count) in classes) folder.WritePictures(name, count);
        var index = DatasetIndex.Open(folder.Path);
        var limited = index.Limited(train: 10, validation: 0, seed: 7);
        var train = limited.Split(SplitName.Train);
        Assert.Equal(10, train.Count);
        Assert.Equal(1, train.Count(s => s.Label == 0));
        Assert.Equal(train, index.Split(SplitName.Train).Where(train.Contains));
        Assert.Empty(limited.Split(SplitName.Val));
        Assert.Equal(train, index.Limited(10, 0, 7).Split(SplitName.Train));
        Assert.NotEqual(train, index.Limited(10, 0, 8).Split(SplitName.Train));
        Assert.Equal(2, index.Limited(1, 1, 7).Split(SplitName.Val).Count);
        Assert.Equal(41, index.Limited(100, 100, 7).Split(SplitName.Train).Count);
    }
}
