using NativeTrainer.Imaging;

namespace NativeTrainer.Cli.Demo;

/// <summary>The demo's folder: made, or emptied where a demo made it before. Anything else is left alone.</summary>
internal static class DemoFolder
{
    private const string Mark = ".nativetrainer-demo";

    /// <exception cref="UserException">The folder holds something else, or cannot be written.</exception>
    public static void Prepare(string folder)
    {
        try
        {
            if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            {
                if (!File.Exists(Path.Combine(folder, Mark))) throw new UserException($"{folder}: is no folder of an earlier demo and holds files; choose another --out");
                Directory.Delete(folder, recursive: true);
            }
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, Mark), "Made by nativetrainer demo; the next demo replaces it.\n");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: cannot be written ({error.Message.TrimEnd('.')}); choose another --out", error);
        }
    }
}
