namespace NativeTrainer.Imaging.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TempFolder : IDisposable
{
    public TempFolder() => Path = Directory.CreateTempSubdirectory("nativetrainer-").FullName;

    public string Path { get; }

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public string Write(string relative, string text) => Write(relative, System.Text.Encoding.UTF8.GetBytes(text));

    public string Write(string relative, byte[] bytes)
    {
        string path = this[relative];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Small PNG files, each another picture, in other folders too.</summary>
    public void WritePictures(string folder, int count, int width = 8, int height = 6)
    {
        int seed = folder.Aggregate(0, (hash, letter) => unchecked(hash * 31 + letter));
        for (int i = 0; i < count; i++) Write($"{folder}/{i:000}.png", ImageWriter.EncodePng(Pictures.Noise(width, height, unchecked(seed * 1000 + i))));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
