namespace NativeTrainer.Imaging.Tests.Annotations;

/// <summary>A folder with pictures, and what an import makes of the annotations in it.</summary>
internal sealed class AnnotatedFolder : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>PNG files of 100 × 80 pixels, each another picture.</summary>
    public AnnotatedFolder(params string[] pictures)
    {
        for (int i = 0; i < pictures.Length; i++) _folder.Write(pictures[i], ImageWriter.EncodePng(Pictures.Noise(100, 80, i + 1)));
    }

    public string Root => _folder.Path;

    public string this[string relative] => _folder[relative];

    public AnnotatedFolder With(string relative, string text)
    {
        _folder.Write(relative, text);
        return this;
    }

    public AnnotatedFolder With(string relative, byte[] bytes)
    {
        _folder.Write(relative, bytes);
        return this;
    }

    public DatasetSplit Open(string relative = "", double? cropBoxes = null) => DatasetIndex.OpenSplit(relative == "" ? Root : _folder[relative], null, null, cropBoxes);

    /// <summary>"a.png cat" for each sample, "a.png cat 10,20,30,40" for crops.</summary>
    public string[] Samples(string relative = "", double? cropBoxes = null) => Listed(Open(relative, cropBoxes));

    public string[] Listed(DatasetSplit split) => [.. split.Samples.Select(s => $"{Relative(s.Path)} {split.Classes[s.Label]}{(s.Crop is { } c ? $" {c.X},{c.Y},{c.Width},{c.Height}" : "")}")];

    /// <summary>The notes, the folder's path taken out.</summary>
    public string[] Notes(string relative = "", double? cropBoxes = null) => [.. Open(relative, cropBoxes).Notes.Select(Short)];

    public string Fails(string relative = "", double? cropBoxes = null)
    {
        string message = Assert.Throws<UserException>(() => Open(relative, cropBoxes)).Message;
        Assert.DoesNotContain('\n', message);
        return Short(message);
    }

    public string Short(string text) => text.Replace(Root, "{0}").Replace('\\', '/');

    private string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    public void Dispose() => _folder.Dispose();
}
