using NativeTrainer.Cli.Demo;

namespace NativeTrainer.Cli.Tests;

/// <summary>A small drawn data set and random weights of a small network, shared by the tests of the commands.</summary>
public sealed class CliFixture : IDisposable
{
    public CliFixture()
    {
        new DrawnDataset([.. DrawnObjects.Target.Take(3)], TrainPerClass: 12, ValidationPerClass: 4, Side: 40).Save(Data);
        SmallNetwork.Save(Weights, classes: 3, size: 32);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("nativetrainer-cli-").FullName;

    /// <summary>train/ and val/ with boat, fish and house.</summary>
    public string Data => Path.Combine(Folder, "drawn");

    public string Weights => Path.Combine(Folder, "small.safetensors");

    public string In(string name) => Path.Combine(Folder, name);

    /// <summary>Runs a command in this process.</summary>
    internal static CliResult Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(arguments, output, error);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

internal sealed record CliResult(int Code, string Output, string Error)
{
    public string LastLine => Output.TrimEnd().Split('\n')[^1];
}
