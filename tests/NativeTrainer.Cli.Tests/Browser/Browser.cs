using System.Diagnostics;

namespace NativeTrainer.Cli.Tests;

/// <summary>
/// Headless Chromium, driven by a script beside this file. Node, Chromium and playwright-core are no part of this repository: NATIVETRAINER_PLAYWRIGHT names the package's folder, or npm has
/// it for all; tests skip where one is missing.
/// </summary>
internal static class Browser
{
    private static readonly string? Node = OnPath("node"), Chromium = OnPath("chromium") ?? OnPath("chromium-browser") ?? OnPath("google-chrome"), Playwright = Find();

    /// <summary>Skips the test where a part is missing.</summary>
    public static void Require()
    {
        if (Node is null || Chromium is null || Playwright is null)
            Assert.Skip($"needs {(Node is null ? "node" : Chromium is null ? "chromium" : "playwright-core (npm install playwright-core; NATIVETRAINER_PLAYWRIGHT names its folder)")}");
    }

    /// <summary>What a script prints; NATIVETRAINER_SHOTS names a folder for its pictures.</summary>
    public static string Run(string script, params string[] arguments)
    {
        string shots = Environment.GetEnvironmentVariable("NATIVETRAINER_SHOTS") is { Length: > 0 } folder ? folder : "-";
        string[] all = [Path.Combine(AppContext.BaseDirectory, "Browser", script), Chromium!, Playwright!, shots, .. arguments];
        using var process = Process.Start(new ProcessStartInfo(Node!, all) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        return output;
    }

    private static string? Find()
    {
        string given = Environment.GetEnvironmentVariable("NATIVETRAINER_PLAYWRIGHT") ?? "";
        string[] modules = [.. (Environment.GetEnvironmentVariable("NODE_PATH") ?? "").Split(Path.PathSeparator), "/usr/local/lib/node_modules", "/usr/lib/node_modules"];
        return modules.Select(folder => Path.Combine(folder, "playwright-core")).Prepend(given).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "package.json")));
    }

    private static string? OnPath(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
