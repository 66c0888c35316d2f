using System.Diagnostics;

namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>The TorchSharp project beside this one. It is no part of the solution, so that tests never download libtorch; it is built here when it is needed.</summary>
internal static class PeerProject
{
    private const string Name = "NativeTrainer.TorchSharpPeer";

    /// <returns>The built assembly.</returns>
    /// <exception cref="UsageException">The repository is not around this program, or the build failed.</exception>
    public static string Build(TextWriter log)
    {
        string folder = Path.Combine(Root(), "benchmarks", Name), assembly = Path.Combine(folder, "bin", "Release", "net10.0", $"{Name}.dll");
        log.WriteLine("building the TorchSharp peer (the first time it downloads libtorch, about 200 MB) …");
        var start = new ProcessStartInfo("dotnet", ["build", folder, "-c", "Release", "-v", "quiet", "--nologo"]) { RedirectStandardOutput = true };
        using var build = Process.Start(start) ?? throw new UsageException("dotnet did not start");
        string output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        return build.ExitCode == 0 && File.Exists(assembly) ? assembly : throw new UsageException($"the peer cannot be built; --peer none measures without it:\n{output}");
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "NativeTrainer.sln"))) return folder.FullName;
        throw new UsageException("the peer is built from the repository: run this with 'dotnet run -c Release --project benchmarks/NativeTrainer.Benchmarks'");
    }
}
