namespace NativeTrainer.Imaging.Tests;

public class DatasetFolderTests
{
    [Theory]
    [InlineData("train", "val", "test")]
    [InlineData("train", "valid", "test")]
    [InlineData("train", "validation", "test")]
    [InlineData("Train", "Val", "Test")]
    [InlineData("training", "validation", "testing")]
    public void SplitsAreFoundByTheirNames(string train, string val, string test)
    {
        using var folder = new TempFolder();
        foreach (var (split, count) in new[] { (train, 3), (val, 2), (test, 1) })
        {
            folder.WritePictures($"{split}/dogs", count);
            folder.WritePictures($"{split}/cats", count);
        }
        var index = DatasetIndex.Open(folder.Path);
        Assert.Equal(["cats", "dogs"], index.Classes);
        Assert.Equal([6, 4, 2], Enum.GetValues<SplitName>().Select(s => index.Split(s).Count));
        Assert.Equal([0, 0, 1, 1], index.Split(SplitName.Val).Select(s => s.Label));
        Assert.Equal(folder[Path.Combine(val, "cats", "000.png")], index.Split(SplitName.Val)[0].Path);
        Assert.False(index.ValidationMade);
        Assert.Empty(index.Notes);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.01)]
    [InlineData(0.99)]
    public void OneFolderIsDividedClassByClass(double fraction)
    {
        using var folder = new TempFolder();
        (string Name, int Count)[] classes = [("ant", 1), ("bee", 2), ("cow", 7), ("dog", 40)];
        foreach (var (name, count) in classes) folder.WritePictures(name, count);
        var index = DatasetIndex.Open(folder.Path, new DatasetOptions { ValidationFraction = fraction });
        Assert.True(index.ValidationMade);
        for (int c = 0; c < classes.Length; c++)
        {
            int n = classes[c].Count;
            int expected = n == 1 ? 0 : Math.Clamp((int)Math.Round(n * fraction), 1, n - 1);
            Assert.Equal(expected, index.Split(SplitName.Val).Count(s => s.Label == c));
        }
        var all = index.Split(SplitName.Train).Concat(index.Split(SplitName.Val)).Select(s => s.Path);
        Assert.Equal(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Order(), all.Order());
    }

    [Fact]
    public void TheSeedChoosesTheDivision()
    {
        using var folder = TwoClasses(30);
        var first = Validation(folder.Path, 1);
        Assert.Equal(first, Validation(folder.Path, 1));
        Assert.NotEqual(first, Validation(folder.Path, 2));
        Assert.NotEqual(DatasetIndex.Open(folder.Path).Fingerprint, DatasetIndex.Open(folder.Path, new DatasetOptions { Seed = 2 }).Fingerprint);
        Assert.Empty(DatasetIndex.Open(folder.Path, new DatasetOptions { ValidationFraction = 0 }).Split(SplitName.Val));
    }

    [Fact]
    public void AMovedDataSetIsTheSame()
    {
        using var here = TwoClasses(20);
        using var there = new TempFolder();
        string moved = there["deeper/inside"];
        Directory.CreateDirectory(there["deeper"]);
        var before = DatasetIndex.Open(here.Path);
        string[] chosen = Validation(here.Path, 1);
        CopyTree(here.Path, moved);
        Assert.Equal(before.Fingerprint, DatasetIndex.Open(moved).Fingerprint);
        Assert.Equal(chosen, Validation(moved, 1));
    }

    [Fact]
    public void ANewPictureMovesAtMostOneOther()
    {
        using var folder = TwoClasses(50);
        string[] before = Validation(folder.Path, 3);
        folder.Write("a/new.png", ImageWriter.EncodePng(Pictures.Noise(2, 2, 1)));
        string[] after = Validation(folder.Path, 3);
        Assert.InRange(before.Except(after).Count(), 0, 1);
    }

    [Fact]
    public void WhatIsNoPictureIsPassedOverAndHiddenFilesInSilence()
    {
        using var folder = TwoClasses(1);
        byte[] png = ImageWriter.EncodePng(Pictures.Noise(3, 3, 1));
        string[] taken = ["a/deep/er/x.png", "a/folder.jpg/inner.png", "a/no_extension", "a/with spaces (1).png", "a/ünïcødé 花 🐝.png", "a/UPPER.PNG", "a/really.txt"];
        foreach (string name in taken) folder.Write(name, png);
        foreach (string name in (string[])["a/.hidden.png", "a/.git/x.png", ".cache/x.png", "a/Thumbs.db", "a/desktop.ini", "a/.DS_Store", "__MACOSX/x.png"]) folder.Write(name, png);
        folder.Write("b/notes.txt", "a list");
        folder.Write("b/labels.json", "{}");
        folder.Write("loose.png", png);
        var index = DatasetIndex.Open(folder.Path, new DatasetOptions { ValidationFraction = 0 });
        Assert.Equal(taken.Append("a/000.png").Order(StringComparer.Ordinal),
            index.Split(SplitName.Train).Where(s => s.Label == 0).Select(s => Path.GetRelativePath(folder.Path, s.Path).Replace('\\', '/')));
        Assert.Equal([
            $"{folder.Path}: passed over as outside the class folders: 1 picture",
            $"{folder.Path}: passed over as no pictures: 2 ({Path.Combine("b", "labels.json")}, {Path.Combine("b", "notes.txt")})",
        ], index.Notes);
    }

    [Fact]
    public void AClassMayBeCalledTrain()
    {
        using var folder = new TempFolder();
        foreach (string name in (string[])["bus", "car", "train"]) folder.WritePictures(name, 4);
        Assert.Equal(["bus", "car", "train"], DatasetIndex.Open(folder.Path).Classes);
    }

    [Fact]
    public void AClassFolderMayLookLikeAFile()
    {
        using var folder = new TempFolder();
        folder.WritePictures("directory.jpg", 3);
        folder.WritePictures("other.png", 3);
        Assert.Equal(["directory.jpg", "other.png"], DatasetIndex.Open(folder.Path).Classes);
    }

    [Fact]
    public void PartsThatDoNotTrainMayBeImperfect()
    {
        using var folder = new TempFolder();
        foreach (string name in (string[])["train/a", "train/b", "val/a"]) folder.WritePictures(name, 2);
        Directory.CreateDirectory(folder["val/b"]);
        folder.WritePictures("test", 2);
        folder.WritePictures("backup/a", 2);
        var index = DatasetIndex.Open(folder.Path);
        Assert.Equal([4, 2, 0], Enum.GetValues<SplitName>().Select(s => index.Split(s).Count));
        Assert.Equal([
            $"{folder[Path.Combine("val", "b")]}: this class is empty",
            $"{folder["test"]}: holds 2 pictures but no class folders. Put the pictures of each class into a folder of its own, or list them in a CSV with the columns path,label. It was passed over.",
            $"{folder.Path}: passed over as beside the splits: backup",
        ], index.Notes);
    }

    [Fact]
    public void LinksToFoldersAboveEnd()
    {
        using var folder = TwoClasses(2);
        Directory.CreateSymbolicLink(folder["a/up"], folder.Path);
        Directory.CreateSymbolicLink(folder["a/across"], folder["b"]);
        Directory.CreateSymbolicLink(folder["b/back"], folder["a"]);
        var index = DatasetIndex.Open(folder.Path, new DatasetOptions { ValidationFraction = 0 });
        // Each class also has the other's two pictures, by its link.
        Assert.Equal(8, index.Split(SplitName.Train).Count);
    }

    [Fact]
    public void EvaluationTakesOnePart()
    {
        using var folder = new TempFolder();
        foreach (string name in (string[])["train/a", "train/b", "train/c", "val/a", "val/c", "test/b"]) folder.WritePictures(name, 2);
        Assert.Equal([0, 0, 2, 2], DatasetIndex.OpenSplit(folder.Path).Samples.Select(s => s.Label));
        Assert.Equal([1, 1], DatasetIndex.OpenSplit(folder.Path, SplitName.Test).Samples.Select(s => s.Label));
        Assert.Equal(["a", "b", "c"], DatasetIndex.OpenSplit(folder.Path, SplitName.Test).Classes);
        // The split's own folder knows its own classes only, unless the model says which there are.
        Assert.Equal([0, 0, 1, 1], DatasetIndex.OpenSplit(folder["val"]).Samples.Select(s => s.Label));
        Assert.Equal([2, 2, 0, 0], DatasetIndex.OpenSplit(folder["val"], null, ["c", "b", "a"]).Samples.Select(s => s.Label));
    }

    [Fact]
    public void TheFolderOfBadImagesOpens()
    {
        var index = DatasetIndex.Open(Material.Path("bad-images"), new DatasetOptions { ValidationFraction = 0 });
        Assert.Equal(["broken", "odd-valid", "tricky-names"], index.Classes);
        int visible = ImageDecoderFileTests.Expected.Keys.Count(f => !Path.GetFileName(f).StartsWith('.') && Path.GetFileName(f) is not ("Thumbs.db" or "directory.jpg"));
        Assert.Equal(visible + 1, index.Split(SplitName.Train).Count); // and the long name
    }

    [Theory]
    [InlineData("hymenoptera", 2, 245, 153)]
    [InlineData("flowers5", 5, 1200, 300)]
    [InlineData("imagenette224-small", 10, 1000, 500)]
    public void RealFoldersHaveTheirCounts(string name, int classes, int train, int val)
    {
        var index = DatasetIndex.Open(Material.Path($"datasets/{name}"));
        Assert.Equal((classes, train, val), (index.Classes.Count, index.Split(SplitName.Train).Count, index.Split(SplitName.Val).Count));
    }

    [Fact]
    public void RealFolderWithATestPartValidatesOnItsTrainingPart()
    {
        var index = DatasetIndex.Open(Material.Path("datasets/cifar10-small"));
        Assert.Equal([2400, 600, 1000], Enum.GetValues<SplitName>().Select(s => index.Split(s).Count));
    }

    private static TempFolder TwoClasses(int count)
    {
        var folder = new TempFolder();
        folder.WritePictures("a", count);
        folder.WritePictures("b", count);
        return folder;
    }

    private static string[] Validation(string root, ulong seed)
        => [.. DatasetIndex.Open(root, new DatasetOptions { Seed = seed }).Split(SplitName.Val).Select(s => Path.GetRelativePath(root, s.Path))];

    private static void CopyTree(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (string folder in Directory.GetDirectories(from)) CopyTree(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
