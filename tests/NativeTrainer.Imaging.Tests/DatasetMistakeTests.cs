namespace NativeTrainer.Imaging.Tests;

/// <summary>Each mistake gives one line that names the file, the value and the next step. {0} is the data set's folder.</summary>
public class DatasetMistakeTests
{
    [Fact]
    public void MissingFolder() => Fails("none", "{0}/none: no such folder or file. Give a folder of class folders or a CSV.", "some/");

    [Fact]
    public void MissingFolderBelowTheCurrentOne()
    {
        string name = $"none-{Guid.NewGuid():N}";
        Assert.Equal($"{name}: no such folder or file (looked for {Path.GetFullPath(name)}). Give a folder of class folders or a CSV.", Assert.Throws<UserException>(() => DatasetIndex.Open(name)).Message);
    }

    [Fact]
    public void NeitherFolderNorCsv() => Fails("a.zip", "{0}/a.zip: is neither a folder nor a .csv file. Give a folder of class folders or a CSV.", ("a.zip", "PK"));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\0b")]
    public void NoPath(string path)
        => Assert.Equal($"'{path.Replace('\0', ' ')}' is no path of a data set. Give a folder of class folders or a CSV.", Assert.Throws<UserException>(() => DatasetIndex.Open(path)).Message);

    [Fact]
    public void EmptyFolder()
        => Fails("data", "{0}/data: holds neither class folders nor a train.csv. Put the pictures of each class into a folder of its own, or list them in a CSV with the columns path,label.", "data/");

    [Fact]
    public void PicturesWithoutClasses()
        => Fails("data", "{0}/data: holds 2 pictures but no class folders. Put the pictures of each class into a folder of its own, or list them in a CSV with the columns path,label.", "data/a.png", "data/b.png");

    [Fact]
    public void PicturesBesideTheirCsv() => Fails("data", "{0}/data: holds 1 picture but no class folders. Did you mean {0}/data/labels.csv?", "data/a.png", "data/labels.csv");

    [Fact]
    public void OneClassOnly() => Fails("data", "{0}/data: has only one class, 'ants', to train on; a classifier needs two or more. Add pictures of another class.", "data/ants/a.png");

    [Fact]
    public void EmptyClass() => Fails("data", "{0}/data/bees: this class is empty. Add pictures or remove the folder.", "data/ants/a.png", "data/bees/");

    [Fact]
    public void EmptyClassOfTheTrainingPart()
        => Fails("data", "{0}/data/train/bees: this class is empty. Add pictures or remove the folder.", "data/train/ants/a.png", "data/train/bees/", "data/val/ants/a.png", "data/val/bees/b.png");

    [Fact]
    public void ClassWithoutPictures()
        => Fails("data", "{0}/data/bees: this class holds no pictures, only files such as a.txt. Add pictures or remove the folder.", "data/ants/a.png", "data/bees/a.txt", "data/bees/b.txt");

    [Fact]
    public void ClassThatIsNotTrained()
        => Fails("data", "{0}/data/val/Bees: the class 'Bees' is in val but not in train, which has ants, bees. Remove it, or add training pictures of it.",
            "data/train/ants/a.png", "data/train/bees/a.png", "data/val/Bees/a.png");

    [Fact]
    public void NothingToTrainOn() => Fails("data", "{0}/data: has a val and test part but none to train on. Name one 'train'.", "data/val/a/a.png", "data/test/a/a.png");

    [Fact]
    public void SplitTwice()
        => Fails("data", "{0}/data/val and {0}/data/valid are both the val split. Keep one.", "data/train/a/a.png", "data/val/a/a.png", "data/valid/a/a.png");

    [Fact]
    public void AValidationPartWithoutClasses()
        => Fails("data", "{0}/data/val: holds 1 picture but no class folders. Put the pictures of each class into a folder of its own, or list them in a CSV with the columns path,label.",
            "data/train/a/a.png", "data/train/b/a.png", "data/val/a.png");

    [Theory]
    [InlineData("data/set/a/a.png", "data/set/b/b.png")]
    [InlineData("data/set/train/a/a.png", "data/set/val/a/b.png")]
    public void TheDataSetIsOneFolderDeeper(string first, string second)
        => Fails("data", "{0}/data: holds one folder only, which looks like a data set of its own; did you mean {0}/data/set?", first, second);

    [Theory]
    [InlineData("", "{0}/set.csv: is empty. The first line names the columns: path,label[,split][,group].")]
    [InlineData("path,label\n", "{0}/set.csv: has a header but no rows. List one picture per line.")]
    [InlineData("path,label,colour\n", "{0}/set.csv: unknown column 'colour'. Known columns: path, label, split, group, x, y, width, height, labels. The first line names the columns.")]
    [InlineData("path;label\n", "{0}/set.csv: unknown column 'path;label'. Known columns: path, label, split, group, x, y, width, height, labels. Columns are separated by commas.")]
    [InlineData("a.png,x\n", "{0}/set.csv: unknown column 'a.png'. Known columns: path, label, split, group, x, y, width, height, labels. The first line names the columns.")]
    [InlineData("path,group\n", "{0}/set.csv: the column 'label' is missing. The first line names the columns: path,label[,split][,group].")]
    [InlineData("label\nx\n", "{0}/set.csv: the column 'path' is missing. The first line names the columns: path,label[,split][,group].")]
    [InlineData("path,label,Label\n", "{0}/set.csv: the column 'label' appears twice. Keep one.")]
    [InlineData("path,label\na.png,x\nb.png\n", "{0}/set.csv line 3: the header has 2 columns, this row has 1. A comma within a field needs quotes around the field.")]
    [InlineData("path,label\n\n\"a.png\",\"x\ny\"\nb.png,x,y\n", "{0}/set.csv line 5: the header has 2 columns, this row has 3. A comma within a field needs quotes around the field.")]
    [InlineData("path,label\n\"a.png,x\n", "{0}/set.csv line 2: a quote is opened and never closed")]
    [InlineData("path,label\n\"a\"b,x\n", "{0}/set.csv line 2: text after a closing quote; a quote within a field is written twice")]
    [InlineData("path,label\n,x\n", "{0}/set.csv line 2: the path is empty")]
    [InlineData("path,label\na.png,\n", "{0}/set.csv line 2: the label of a.png is empty")]
    [InlineData("path,label,split\na.png,x,eval\n", "{0}/set.csv line 2: unknown split 'eval'. Known splits: train, val, valid, validation, test.")]
    [InlineData("path,label\na.png,x\nno.png,x\nnor.png,y\n", "{0}/set.csv line 3: no.png does not exist (looked for {0}/no.png) (such rows: 2). Paths are relative to the CSV's folder.")]
    [InlineData("path,label\nfolder.jpg,x\n", "{0}/set.csv line 2: folder.jpg is a folder. Paths are relative to the CSV's folder.")]
    [InlineData("path,label\na.png,x\nb.png,x\n", "{0}/set.csv: has only one class, 'x', to train on; a classifier needs two or more. Add pictures of another class.")]
    [InlineData("path,label\na.png,x\na.png,y\n", "{0}/set.csv line 3: {0}/a.png is labelled 'y' here and 'x' in {0}/set.csv line 2. Keep one label.")]
    [InlineData("path,label,split\na.png,x,train\nb.png,y,train\na.png,x,val\n",
        "{0}/set.csv line 4: {0}/a.png is in val here and in train in {0}/set.csv line 2. Keep one: no picture may be both trained on and measured with.")]
    [InlineData("path,label,split,group\na.png,x,train,7\nb.png,y,train,8\nc.png,x,val,7\n",
        "{0}/set.csv line 4: the group '7' is in val and, by {0}/set.csv line 2, in train. Put all of a group into one split.")]
    [InlineData("path,label,group\na.png,x,7\nb.png,y,8\n",
        "no group can be set aside for validation: each holds all pictures of some class (files with the same bytes are a group). Give a split column, or a validation fraction of 0.")]
    public void Csv(string text, string message) => Fails("set.csv", message, ("set.csv", text), ("a.png", "x"), ("b.png", "x"), ("c.png", "x"), ("folder.jpg/", ""));

    [Fact]
    public void SplitByNameAndByColumn()
        => Fails("data", "{0}/data/train.csv: the file's name gives the split, so it cannot have a column 'split'. Remove the column or rename the file.", ("data/train.csv", "path,label,split\n"));

    [Theory]
    [InlineData(1.0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void ValidationFraction(double fraction)
        => Assert.Equal($"the validation fraction is {fraction}; it has to be at least 0 and less than 1, such as 0.2",
            Assert.Throws<UserException>(() => DatasetIndex.Open(".", new DatasetOptions { ValidationFraction = fraction })).Message);

    [Fact]
    public void EvaluatingAPartThatIsNotThere()
    {
        using var folder = Make([("train/a/a.png", "x"), ("val/a/a.png", "x"), ("whole/a/a.png", "x"), ("empty/a/", "")]);
        AssertOneLine(folder, $"{folder.Path}: has no test part; it has train and val. Choose one with --split.", () => DatasetIndex.OpenSplit(folder.Path, SplitName.Test));
        AssertOneLine(folder, "{0}/whole: is not divided into splits. Leave --split out to take all of it, or give the split.csv that training wrote.",
            () => DatasetIndex.OpenSplit(folder["whole"], SplitName.Val));
        AssertOneLine(folder, "{0}/empty: holds no pictures. {0}/empty/a: this class is empty", () => DatasetIndex.OpenSplit(folder["empty"]));
        AssertOneLine(folder, "{0}/val/a: the class 'a' is not among the model's 2 (x, y). Evaluate on data of these classes, or train on this data first.",
            () => DatasetIndex.OpenSplit(folder["val"], null, ["x", "y"]));
    }

    [Fact]
    public void AManifestThatCannotBeWritten()
    {
        using var folder = Make([("data/a/a.png", "x"), ("data/b/a.png", "y")]);
        string path = folder[Path.Combine("no", "such", "split.csv")];
        var exception = Assert.Throws<UserException>(() => DatasetIndex.Open(folder["data"]).WriteManifest(path));
        Assert.StartsWith($"{path}: cannot be written (", exception.Message);
    }

    private static void Fails(string root, string message, params string[] files) => Fails(root, message, [.. files.Select(f => (f, "x"))]);

    private static void Fails(string root, string message, params (string Path, string Text)[] files)
    {
        using var folder = Make(files);
        AssertOneLine(folder, message, () => DatasetIndex.Open(folder[root]));
    }

    private static void AssertOneLine(TempFolder folder, string message, Action open)
    {
        string actual = Assert.Throws<UserException>(open).Message;
        Assert.Equal(message.Replace("{0}", folder.Path), actual.Replace('\\', '/'));
        Assert.DoesNotContain('\n', actual);
    }

    // A path that ends in a slash is an empty folder.
    private static TempFolder Make((string Path, string Text)[] files)
    {
        var folder = new TempFolder();
        foreach (var (path, text) in files)
        {
            if (path.EndsWith('/')) Directory.CreateDirectory(folder[path]);
            else folder.Write(path, text);
        }
        return folder;
    }
}
