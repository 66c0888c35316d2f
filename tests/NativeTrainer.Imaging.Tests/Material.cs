using System.Runtime.CompilerServices;

namespace NativeTrainer.Imaging.Tests;

/// <summary>Real test files that are not in the repository: the folder named by NATIVETRAINER_MATERIAL, else ../shared/material beside the checkout.</summary>
internal static class Material
{
    public static string Path(string relative, [CallerFilePath] string here = "")
    {
        string root = Environment.GetEnvironmentVariable("NATIVETRAINER_MATERIAL")
            ?? System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "../../../shared/material"));
        string path = System.IO.Path.Combine(root, relative);
        if (!File.Exists(path) && !Directory.Exists(path)) Assert.Skip($"needs {relative} of the test material: set NATIVETRAINER_MATERIAL to its folder");
        return path;
    }
}
