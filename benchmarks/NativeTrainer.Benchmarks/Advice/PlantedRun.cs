
namespace NativeTrainer.Benchmarks.Advice;

/// <summary>The command line as a person uses it on planted sets; all its files lie below <paramref name="root"/>.</summary>
internal sealed class PlantedRun(string root, string weights, int size, int threads)
{
    private string[] Machine => ["--threads", $"{threads}"];

    public string Report(string name) => Path.Combine(root, "reports", name);

    public string RunFolder(string name) => Path.Combine(root, "runs", name);

    /// <summary>What a command says on both streams, and its exit code.</summary>
    public (int Code, string Said) Command(params string[] arguments)
    {
        var said = new StringWriter();
        Console.Error.WriteLine($"nativetrainer {string.Join(' ', arguments)}");
        return (Cli.CommandLine.Run(arguments, said, said), said.ToString());
    }

    public AuditFindings Audit(string data, string name, string? production = null)
    {
        string[] use = production is null ? [] : ["--production", production];
        var (code, said) = Command(["audit", data, "--weights", weights, "--size", $"{size}", "--out", Report(name), .. use, .. Machine]);
        return code is 0 or 3 ? AuditFindings.Read(Report(name)) : throw new InvalidOperationException($"audit ended with {code}: {said}");
    }

    /// <returns>The mended data set.</returns>
    public string Split(string data, string name)
    {
        string file = Path.Combine(root, $"{name}-mended.csv");
        var (code, said) = Command(["split", data, "--fix", "--weights", weights, "--output", file, .. Machine]);
        return code == 0 ? file : throw new InvalidOperationException($"split ended with {code}: {said}");
    }

    public (int Code, string[] Said) Train(string data, string name)
    {
        const int side = 96; // one epoch of a head
        var (code, said) = Command(["train", "--data", data, "--weights", weights, "--strategy", "head", "--epochs", "1", "--size", $"{side}", "--out", RunFolder(name), .. Machine]);
        return (code, said.Split('\n'));
    }
}
