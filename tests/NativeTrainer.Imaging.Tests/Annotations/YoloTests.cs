namespace NativeTrainer.Imaging.Tests.Annotations;

public class YoloTests
{
    private const string Line = "1 0.25 0.5 0.3 0.5"; // 10,20,30,40 of 100 × 80

    [Theory]
    [InlineData("path: .\ntrain: images/train\nval: images/val\nnames:\n  0: dog\n  1: cat  # the other\n")]
    [InlineData("train: ../images/train\nval: ../images/val\nnc: 2\nnames: ['dog', \"cat\"]\n")]
    [InlineData("# made by hand\nnames:\n- dog\n- cat\nkpt: x\ntrain: ./images/train/\nval:\n  - images/val\n")]
    [InlineData("nc: 2\nnames: [dog,\n  cat]\ntrain: ['images/train']\nval: lists/val.txt\ntest: images/test\n")]
    public void DataYamlIsRead(string yaml)
    {
        using var folder = new AnnotatedFolder("images/train/a.png", "images/train/b.png", "images/val/c.png").With("data.yaml", yaml).With("lists/val.txt", "../images/val/c.png\n")
            .With("labels/train/a.txt", Line + "\n\n" + Line + " 0.9\n").With("labels/train/b.txt", "0 0.5 0.5 1 1").With("labels/val/c.txt", Line);
        var index = DatasetIndex.Open(folder.Root);
        Assert.Equal(["cat", "dog"], index.Classes);
        Assert.Equal([(folder["images/train/a.png"], 0), (folder["images/train/b.png"], 1)], index.Split(SplitName.Train).Select(s => (s.Path, s.Label)));
        Assert.Equal([(folder["images/val/c.png"], 0)], index.Split(SplitName.Val).Select(s => (s.Path, s.Label)));
        Assert.Equal(index.Fingerprint, DatasetIndex.Open(folder["data.yaml"]).Fingerprint);
    }

    [Theory]
    [InlineData(Line, "10,20,30,40")]
    [InlineData("1 0.1 0.25 0.4 0.3 0.2 0.75", "10,20,30,40")]
    [InlineData("1 0.1 0.25 0.4 0.25 0.4 0.75 0.1 0.75", "10,20,30,40")]
    [InlineData("1,0.25,0.5,0.3,0.5", "10,20,30,40")]
    public void BoxesAndPolygons(string line, string box)
    {
        using var folder = new AnnotatedFolder("a.png").With("a.txt", line).With("classes.txt", "dog\ncat\n");
        Assert.Equal([$"a.png cat {box}"], folder.Samples("", 0));
    }

    [Fact]
    public void KeyPointsFollowTheBox()
    {
        using var folder = new AnnotatedFolder("images/a.png").With("labels/a.txt", Line + " 0.9 0.9 2 0.8 0.8 2").With("data.yaml", "train: images\nnc: 2\nnames: [dog, cat]\nkpt_shape: [2, 3]\n");
        Assert.Equal(["images/a.png cat 10,20,30,40"], Crops(folder, "data.yaml"));
    }

    [Fact]
    public void DarknetsFilesAreRead()
    {
        using var folder = new AnnotatedFolder("obj_train_data/a.png", "obj_train_data/b.png").With("obj.names", "dog\ncat\n").With("obj.data", "classes = 2\ntrain = data/train.txt\nnames = data/obj.names\nbackup = backup/\n")
            .With("train.txt", "data/obj_train_data/a.png\ndata/obj_train_data/b.png\n").With("obj_train_data/a.txt", Line).With("obj_train_data/b.txt", "0 0.5 0.5 1 1");
        Assert.Equal(["obj_train_data/a.png cat", "obj_train_data/b.png dog"], Listed(folder, ""));
        Assert.Equal(["obj_train_data/a.png cat", "obj_train_data/b.png dog"], Listed(folder, "obj.data"));
    }

    [Fact]
    public void LabelStudiosYoloExportIsRead()
    {
        using var folder = new AnnotatedFolder("images/a.png", "images/b.png").With("classes.txt", "dog\ncat\n").With("notes.json", """{"categories": [], "info": {}}""").With("labels/a.txt", Line).With("labels/b.txt", "");
        File.Delete(folder["notes.json"]);
        Assert.Equal(["images/a.png cat"], folder.Samples());
    }

    // Folders train, val and classes below them: class folders are read as such, whatever lies beside them.
    [Fact]
    public void ClassificationFoldersAreClassFolders()
    {
        using var folder = new AnnotatedFolder("train/cat/a.png", "train/dog/b.png", "val/cat/c.png").With("classes.txt", "cat\ndog\n").With("readme.txt", "x").With("meta.json", """{"version": 1}""").With("info.xml", "<info/>").With("config.yaml", "a: b\n");
        var index = DatasetIndex.Open(folder.Root);
        Assert.Equal([2, 1, 0], Enum.GetValues<SplitName>().Select(s => index.Split(s).Count));
        Assert.DoesNotContain(index.Notes, note => note.Contains("annotations"));
    }

    [Theory]
    [InlineData("2 0.5 0.5 0.1 0.1", "{0}/a.txt line 2: the class 2 has no name in {0}/classes.txt, which has 2. Add it there.")]
    [InlineData("cat 0.5 0.5 0.1 0.1", "{0}/a.txt line 2: 'cat' is no class number. A line is: class x y width height, in shares of the picture.")]
    [InlineData("1 0.5 0.5 0.1", "{0}/a.txt line 2: has 3 numbers after the class. A line is: class x y width height, in shares of the picture.")]
    [InlineData("1 0.5 0.5 0.1 y", "{0}/a.txt line 2: 'y' is no number. A line is: class x y width height, in shares of the picture.")]
    [InlineData("1 50 40 30 40", "{0}/a.txt line 2: the box reaches to 65, but numbers are shares of the picture, 0 to 1. Export it as YOLO again.")]
    public void Mistakes(string line, string message)
    {
        using var folder = new AnnotatedFolder("a.png").With("a.txt", Line + "\n" + line).With("classes.txt", "dog\ncat\n");
        Assert.Equal(message, folder.Fails());
    }

    [Theory]
    [InlineData("train: x\nnames: []\n", "{0}/data.yaml: its names are empty or in a form that is not known. Write names: ['cat', 'dog'], or one 'number: name' a line.")]
    [InlineData("train: x\nnames: ['a', 'b']\n", "{0}/data.yaml: no pictures are where it says (x). Mend its paths, which are relative to its folder.")]
    [InlineData("train: x\nnames: ['a',\n 'b'\n", "{0}/data.yaml line 2: the brackets of 'names' are never closed. Mend the line.")]
    [InlineData("train: x\nnames: ['a']\nwhat\n", "{0}/data.yaml line 3: 'what' is not 'key: value'. Mend the line.")]
    public void MistakesOfTheDescription(string yaml, string message)
    {
        using var folder = new AnnotatedFolder("a.png").With("data.yaml", yaml);
        Assert.Equal(message, folder.Fails("data.yaml"));
    }

    private static string[] Listed(AnnotatedFolder folder, string relative) => folder.Listed(DatasetIndex.OpenSplit(relative == "" ? folder.Root : folder[relative], SplitName.Train));

    private static string[] Crops(AnnotatedFolder folder, string relative) => folder.Listed(DatasetIndex.OpenSplit(folder[relative], SplitName.Train, null, 0));
}
