namespace NativeTrainer.Imaging.Tests;

public class SeveralLabelsTests
{
    [Fact]
    public void APictureHasNoneOneOrSeveral()
    {
        using var folder = new TempFolder();
        folder.WritePictures("p", 4);
        folder.Write("set.csv", "path,labels,split\np/000.png,dog; cat,train\np/001.png,,train\np/002.png,dog,train\np/003.png,cat,val\n");
        var index = DatasetIndex.Open(folder["set.csv"]);
        Assert.True(index.MultiLabel);
        Assert.Equal(["cat", "dog"], index.Classes);
        Assert.Equal(["0,1", "", "1"], index.Split(SplitName.Train).Select(s => string.Join(',', s.Labels!)));
        // Two have a dog, one a cat: the cat is what the first is counted as.
        Assert.Equal([0, -1, 1], index.Split(SplitName.Train).Select(s => s.Label));
        Assert.Equal([0], index.Split(SplitName.Val).Single().Labels);
    }

    [Fact]
    public void AManifestKeepsThem()
    {
        using var folder = new TempFolder();
        folder.WritePictures("p", 40);
        folder.Write("set.csv", "path,labels\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"p/{i:000}.png,{(i % 4) switch { 0 => "", 1 => "a", 2 => "a;b", _ => "b;c" }}\n")));
        var index = DatasetIndex.Open(folder["set.csv"]);
        // A fifth of the pictures without a label, of those that a stands for (a alone, a and b), and of those that c does.
        Assert.Equal([(-1, 2), (0, 4), (2, 2)], index.Split(SplitName.Val).CountBy(s => s.Label).OrderBy(l => l.Key).Select(l => (l.Key, l.Value)));
        index.WriteManifest(folder["out.csv"]);
        var again = DatasetIndex.Open(folder["out.csv"]);
        Assert.Equal(index.Fingerprint, again.Fingerprint);
        Assert.Equal(index.Split(SplitName.Train).Select(s => string.Join(',', s.Labels!)), again.Split(SplitName.Train).Select(s => string.Join(',', s.Labels!)));
    }

    [Fact]
    public void AnotherLabelChangesTheFingerprint()
    {
        using var folder = new TempFolder();
        folder.WritePictures("p", 3);
        string Fingerprint(string labels)
        {
            folder.Write("set.csv", $"path,labels,split\np/000.png,{labels},train\np/001.png,a;b;c,train\np/002.png,a;b;c,val\n");
            return DatasetIndex.Open(folder["set.csv"]).Fingerprint;
        }

        Assert.Equal(3, new[] { "a", "a;b", "" }.Select(Fingerprint).Distinct().Count());
        Assert.Equal(Fingerprint("a;b"), Fingerprint("b ; a"));
    }

    [Theory]
    [InlineData("path,label,labels\np/000.png,a,b\n", "has a column 'label' and a column 'labels'")]
    [InlineData("path,labels\np/000.png,a;;b\n", "hold an empty one")]
    [InlineData("path,labels\np/000.png,a;a\n", "hold one twice")]
    [InlineData("path,labels\np/000.png,a\np/001.png,a\n", "has only one label, 'a', to train on")]
    [InlineData("path,labels\np/000.png,\np/001.png,\n", "has no label to train on")]
    [InlineData("path,labels,split\np/000.png,a;b,train\np/001.png,a;x,val\n", "the class 'x' is in val but not in train")]
    [InlineData("path,labels\np/000.png,a;b\np/000.png,b\n", "Keep one label")]
    public void MistakesAreNamed(string text, string expected)
    {
        using var folder = new TempFolder();
        folder.WritePictures("p", 2);
        folder.Write("set.csv", text);
        Assert.Contains(expected, Assert.Throws<UserException>(() => DatasetIndex.Open(folder["set.csv"])).Message);
    }

    [Fact]
    public void FilesOfBothKindsAreRefused()
    {
        using var folder = new TempFolder();
        folder.WritePictures("p", 3);
        folder.Write("train.csv", "path,labels\np/000.png,a;b\np/001.png,b\n");
        folder.Write("val.csv", "path,label\np/002.png,a\n");
        Assert.Contains("Give all files the same", Assert.Throws<UserException>(() => DatasetIndex.Open(folder.Path)).Message);
    }
}
