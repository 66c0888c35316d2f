using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Training;

public class TrainingDataTests
{
    // With fewer pictures than a batch the source is opened a second time, for what is usable.
    [Fact]
    public void UnusableFilesOfASmallSetAreNamed()
    {
        using var folder = new TemporaryFolder();
        string[] classes = ["train/a", "train/b", "val/a", "val/b"];
        string[] bad = [.. classes.Select(c => folder.File($"{c}/bad.png", "text"))];
        foreach (string path in bad) ImageWriter.Write(new RgbImage(new byte[12 * 8 * 3], 12, 8), path.Replace("bad", "good"));
        var notes = new List<string>();
        using var data = new TrainingData(DatasetIndex.Open(folder.Path), new TrainOptions { Data = folder.Path, Batch = 4, Size = 8, Threads = 1 }, new Preprocessing(), notes.Add, CancellationToken.None);
        Assert.Equal(2, data.Train.Samples.Count);
        string[] expected = [.. bad.Select(path => $"{path}: is text")];
        Assert.Equal(expected, data.Unusable);
        Assert.Equal($"4 files left out, no picture could be read:\n  {string.Join("\n  ", expected)}", Assert.Single(notes));
    }
}
