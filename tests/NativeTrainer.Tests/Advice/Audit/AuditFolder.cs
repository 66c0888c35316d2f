using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Advice.Audit;

/// <summary>A data set of small pictures, no two alike, into which mistakes are planted.</summary>
internal sealed class AuditFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _next;

    public string Data => Path.Combine(_folder.Path, "data");

    public string In(string name) => Path.Combine(_folder.Path, name);

    /// <summary>Three parts of two classes, large enough that nothing is to be said.</summary>
    public static AuditFolder Clean()
    {
        var folder = new AuditFolder();
        foreach (string name in (string[])["cat", "dog"])
        {
            folder.Add("train", name, 30);
            folder.Add("val", name, 75);
            folder.Add("test", name, 5);
        }
        return folder;
    }

    public AuditFolder Add(string split, string name, int count)
    {
        for (int i = 0; i < count; i++)
        {
            string path = Path.Combine(Data, split, name, $"{_next:0000}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var pixels = new byte[8 * 6 * 3];
            new Random(_next++).NextBytes(pixels);
            ImageWriter.Write(new RgbImage(pixels, 8, 6), path);
        }
        return this;
    }

    /// <summary>Copies the n-th picture of a class to another place.</summary>
    public AuditFolder Copy(string from, int n, string to)
    {
        string source = Directory.EnumerateFiles(Path.Combine(Data, from)).Order(StringComparer.Ordinal).ElementAt(n), target = Path.Combine(Data, to);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(source, target);
        return this;
    }

    public AuditFolder Text(string name, string text)
    {
        File.WriteAllText(Path.Combine(Data, name), text);
        return this;
    }

    public AuditFolder Remove(string name)
    {
        Directory.Delete(Path.Combine(Data, name), recursive: true);
        return this;
    }

    public AuditReport Audit(params string[] allow) => DatasetAudit.Run(new AuditOptions { Data = Data, Allow = allow, Threads = 2 });

    public Finding Only(string code) => Assert.Single(Audit().Findings, finding => finding.Kind.Code == code);

    public void HasNo(string code) => Assert.DoesNotContain(Audit().Findings, finding => finding.Kind.Code == code);

    public void Dispose() => _folder.Dispose();
}
