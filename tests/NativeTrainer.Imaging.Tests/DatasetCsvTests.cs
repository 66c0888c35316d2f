using System.Text;

namespace NativeTrainer.Imaging.Tests;

public class DatasetCsvTests
{
    [Theory]
    [InlineData("path,label,split\na.png,x,train\nb.png,y,train\nc.png,x,val\nd.png,y,test\n")]
    [InlineData("\uFEFFSplit, Label ,PATH\r\ntrain,x,a.png\r\ntrain,y,b.png\r\n\r\nvalid,x,c.png\r\nTEST,y,d.png")]
    [InlineData("path,label,split\n\"a.png\",\"x\",train\n\"b.png\",y,\"train\"\n./c.png,x,validation\nsub/../d.png,y,test\n")]
    public void RowsAreRead(string text)
    {
        using var folder = Four();
        folder.Write("set.csv", text);
        var index = DatasetIndex.Open(folder["set.csv"]);
        Assert.Equal(["x", "y"], index.Classes);
        Assert.Equal([("a.png", 0), ("b.png", 1)], Listed(index, SplitName.Train));
        Assert.Equal([("c.png", 0)], Listed(index, SplitName.Val));
        Assert.Equal([("d.png", 1)], Listed(index, SplitName.Test));
        Assert.False(index.ValidationMade);
    }

    [Fact]
    public void OneFilePerSplitIsRead()
    {
        using var folder = Four();
        folder.Write("train.csv", "path,label\na.png,x\nb.png,y\n");
        folder.Write("valid.csv", "label,path\nx,c.png\n");
        folder.Write("other.csv", "not,ours\n");
        var index = DatasetIndex.Open(folder.Path);
        Assert.Equal([2, 1, 0], Enum.GetValues<SplitName>().Select(s => index.Split(s).Count));
    }

    [Fact]
    public void PathsOfWindowsAndAbsolutePathsAreFound()
    {
        using var folder = Four();
        folder.WritePictures("sub/dir", 1);
        folder.Write("set.csv", $"path,label\nsub\\dir\\000.png,x\n{folder["a.png"]},y\n");
        var index = DatasetIndex.Open(folder["set.csv"], new DatasetOptions { ValidationFraction = 0 });
        Assert.Equal([Path.GetFullPath(folder["sub/dir/000.png"]), folder["a.png"]], index.Split(SplitName.Train).Select(s => s.Path));
    }

    // Two patients, one of whose pictures is the same file: neither may validate what the other trains.
    [Fact]
    public void GroupsThatShareAFileAreOne()
    {
        using var folder = new TempFolder();
        folder.WritePictures("p", 12);
        File.Copy(folder["p/000.png"], folder["p/copy.png"]);
        string rows = string.Concat(Enumerable.Range(1, 11).Select(i => $"p/{i:000}.png,{i % 2},patient {i}\n"));
        folder.Write("set.csv", $"path,label,group\np/000.png,0,left\np/copy.png,0,right\n{rows}");
        for (ulong seed = 0; seed < 20; seed++)
        {
            var index = DatasetIndex.Open(folder["set.csv"], new DatasetOptions { Seed = seed, ValidationFraction = 0.4 });
            Assert.NotEqual(1, index.Split(SplitName.Val).Count(s => s.Group is "left" or "right"));
        }
    }

    // Groups of every size, most of one class, some mixed.
    [Fact]
    public void AGroupIsNeverDivided()
    {
        using var folder = new TempFolder();
        var random = new Random(7);
        for (ulong seed = 0; seed < 20; seed++)
        {
            var text = new StringBuilder("path,label,group\n");
            for (int i = 0; i < 120; i++)
            {
                folder.Write($"{i}.png", $"{i}");
                int group = random.Next(25);
                string name = group < 3 ? "" : $"patient {group}";
                text.Append($"{i}.png,{(group % 4 == 0 ? i % 3 : group % 3)},{name}\n");
            }
            folder.Write("set.csv", text.ToString());
            var index = DatasetIndex.Open(folder["set.csv"], new DatasetOptions { Seed = seed });
            var train = index.Split(SplitName.Train);
            var val = index.Split(SplitName.Val);
            Assert.Equal(120, train.Count + val.Count);
            Assert.NotEmpty(val);
            var shared = train.Select(s => s.Group).Intersect(val.Select(s => s.Group));
            Assert.All(shared, Assert.Null);
            Assert.Equal([0, 1, 2], train.Select(s => s.Label).Distinct().Order());
        }
    }

    [Fact]
    public void AFileListedTwiceIsNotDividedEither()
    {
        using var folder = new TempFolder();
        folder.WritePictures("p", 20);
        var rows = Enumerable.Range(0, 60).Select(i => $"p/{i / 3:000}.png,{(i / 3 % 2 == 0 ? "even" : "odd")}\n");
        folder.Write("set.csv", "path,label\n" + string.Concat(rows));
        for (ulong seed = 0; seed < 10; seed++)
        {
            // A quarter of a class's 30 rows is no multiple of the 3 rows of a file.
            var index = DatasetIndex.Open(folder["set.csv"], new DatasetOptions { Seed = seed, ValidationFraction = 0.25 });
            Assert.NotEmpty(index.Split(SplitName.Val));
            Assert.Empty(index.Split(SplitName.Train).Select(s => s.Path).Intersect(index.Split(SplitName.Val).Select(s => s.Path)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AManifestReadsBackAsItWas(bool grouped)
    {
        using var folder = new TempFolder();
        string[] names = ["plain.png", "with space.png", "comma,quote\".png", " leading.png", "ünï 花 🐝.png", "six.png"];
        int seed = 1;
        foreach (string cls in (string[])["cats, \"big\"", "dogs"])
        {
            foreach (string name in names) folder.Write($"data/{cls}/{name}", ImageWriter.EncodePng(Pictures.Noise(2, 2, seed++)));
        }
        var index = DatasetIndex.Open(folder["data"]);
        if (grouped)
        {
            var rows = index.Split(SplitName.Train).Concat(index.Split(SplitName.Val)).Select((s, i) => $"{Quoted(s.Path)},{Quoted(index.Classes[s.Label])},{Quoted($"g, {i / 2}")}");
            folder.Write("grouped.csv", "path,label,group\n" + string.Join("\n", rows));
            index = DatasetIndex.Open(folder["grouped.csv"]);
        }
        Directory.CreateDirectory(folder["run"]);
        index.WriteManifest(folder["run/split.csv"]);
        var read = DatasetIndex.Open(folder["run/split.csv"], new DatasetOptions { Seed = 99, ValidationFraction = 0.5 });
        Assert.False(read.ValidationMade);
        Assert.Equal(index.Classes, read.Classes);
        Assert.Equal(index.Fingerprint, read.Fingerprint);
        foreach (var split in Enum.GetValues<SplitName>()) Assert.Equal(index.Split(split), read.Split(split));

        static string Quoted(string field) => $"\"{field.Replace("\"", "\"\"")}\"";
    }

    [Fact]
    public void EvaluationTakesAllRowsOrOneSplit()
    {
        using var folder = Four();
        folder.Write("set.csv", "path,label,split\na.png,x,train\nb.png,y,train\nc.png,x,val\n");
        Assert.Equal(3, DatasetIndex.OpenSplit(folder["set.csv"]).Samples.Count);
        Assert.Equal([0], DatasetIndex.OpenSplit(folder["set.csv"], SplitName.Val).Samples.Select(s => s.Label));
        Assert.Equal([1], DatasetIndex.OpenSplit(folder["set.csv"], SplitName.Val, ["y", "x"]).Samples.Select(s => s.Label));
    }

    [Fact]
    public void RealManifestsAreRead()
    {
        var index = DatasetIndex.Open(Material.Path("datasets/grocery-csv"));
        Assert.Equal(16, index.Classes.Count);
        Assert.Equal([637, 105, 400], Enum.GetValues<SplitName>().Select(s => index.Split(s).Count));
    }

    private static TempFolder Four()
    {
        var folder = new TempFolder();
        foreach (string name in (string[])["a.png", "b.png", "c.png", "d.png"]) folder.Write(name, ImageWriter.EncodePng(Pictures.Noise(2, 2, 1)));
        return folder;
    }

    private static (string, int)[] Listed(DatasetIndex index, SplitName split) => [.. index.Split(split).Select(s => (Path.GetFileName(s.Path), s.Label))];
}
