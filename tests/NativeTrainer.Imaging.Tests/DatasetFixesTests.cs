namespace NativeTrainer.Imaging.Tests;

/// <summary>The edited list of an audit, given back.</summary>
public sealed class DatasetFixesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public DatasetFixesTests()
    {
        _folder.WritePictures("data/train/cat", 3);
        _folder.WritePictures("data/train/dog", 3);
        _folder.WritePictures("data/val/cat", 1);
        _folder.WritePictures("data/val/dog", 1);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void DropsAndRelabels()
    {
        var index = Open("data/train/cat/000.png,NT610,cat,dog,relabel", "data/train/cat/001.png,NT102,cat,,drop", "data/val/dog/000.png,NT610,dog,cat,keep");
        Assert.Equal(["cat 002.png", "dog 000.png", "dog 000.png", "dog 001.png", "dog 002.png"],
            index.Split(SplitName.Train).Select(s => $"{index.Classes[s.Label]} {Path.GetFileName(s.Path)}").Order(StringComparer.Ordinal));
        Assert.Equal(2, index.Split(SplitName.Val).Count);
        Assert.Contains(index.Notes, note => note.EndsWith("1 dropped, 1 relabelled", StringComparison.Ordinal));
        Assert.NotEqual(DatasetIndex.Open(_folder["data"]).Fingerprint, index.Fingerprint);
    }

    [Fact]
    public void ARowThatDoesSomethingWinsOverOneThatKeeps()
    {
        string drop = "data/train/cat/001.png,NT102,cat,,drop", keep = "data/train/cat/001.png,NT610,cat,dog,keep";
        Assert.Equal(5, Open(drop, keep).Split(SplitName.Train).Count);
        Assert.Equal(5, Open(keep, drop).Split(SplitName.Train).Count);
        Assert.Contains("line 3", Refused(drop, "data/train/cat/001.png,NT610,cat,dog,relabel"));
    }

    [Fact]
    public void APictureThatIsGoneNeedNotBeDropped() => Assert.Equal(5, Open("data/train/cat/gone.png,NT601,cat,,drop", "data/train/cat/001.png,NT102,cat,,drop").Split(SplitName.Train).Count);

    [Theory]
    [InlineData("data/train/cat/000.png,NT610,cat,bird,relabel", "none of the classes cat, dog")]
    [InlineData("data/train/cat/000.png,NT610,dog,dog,keep\ndata/train/cat/001.png,NT610,dog,dog,relabel", "is 'cat' now")]
    [InlineData("data/train/cat/000.png,NT610,cat,,relabel", "needs the new label")]
    [InlineData("data/train/cat/000.png,NT610,cat,dog,move", "unknown action 'move'")]
    [InlineData("data/train/cat/000.png,NT102,cat,,drop\ndata/train/cat/gone.png,NT610,cat,dog,relabel", "gone.png is not in")]
    [InlineData("other/000.png,NT610,cat,,drop", "none of its 1 pictures")]
    [InlineData("data/train/cat/000.png,NT610,cat", "5 columns, this row has 3")]
    public void AWrongRowIsNamed(string rows, string message) => Assert.Contains(message, Refused(rows.Split('\n')));

    [Fact]
    public void AFileOfAnotherKindIsRefused()
    {
        _folder.Write("fix.csv", "path,label\na.png,cat\n");
        Assert.Contains("'action' is missing", Assert.Throws<UserException>(() => DatasetIndex.Open(_folder["data"], new DatasetOptions { Fix = _folder["fix.csv"] })).Message);
        Assert.Contains("cannot be read", Assert.Throws<UserException>(() => DatasetIndex.Open(_folder["data"], new DatasetOptions { Fix = _folder["no.csv"] })).Message);
    }

    private DatasetIndex Open(params string[] rows)
    {
        _folder.Write("fix.csv", "path,code,label,suggested_label,action\n" + string.Join('\n', rows) + "\n");
        return DatasetIndex.Open(_folder["data"], new DatasetOptions { Fix = _folder["fix.csv"] });
    }

    private string Refused(params string[] rows) => Assert.Throws<UserException>(() => Open(rows)).Message;
}
