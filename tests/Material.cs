namespace NativeTrainer.Tests;

/// <summary>Real weights and photos, which are not part of the repository: tests that need them are skipped where they are absent.</summary>
internal static class Material
{
    private const string Variable = "NATIVETRAINER_MATERIAL";

    private static readonly string? Root = Find();

    /// <summary>The full path of a file or folder of the material; skips the test where there is none.</summary>
    public static string Path(string relative)
    {
        if (Root is null) Assert.Skip($"needs the test material (real weights and photos): set {Variable} to its folder");
        string path = System.IO.Path.Combine(Root, relative);
        if (!File.Exists(path) && !Directory.Exists(path)) Assert.Skip($"needs {relative} of the test material in {Root}");
        return path;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return given;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(folder.FullName, "NativeTrainer.sln"))) continue;
            string beside = System.IO.Path.Combine(folder.FullName, "..", "shared", "material");
            return Directory.Exists(beside) ? System.IO.Path.GetFullPath(beside) : null;
        }
        return null;
    }
}
