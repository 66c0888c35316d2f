namespace NativeTrainer.Advice.Features;

/// <summary>The folder that all caches share: where it is, and how large it may grow.</summary>
public static class FeatureCacheFolder
{
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>nativetrainer/features below $XDG_CACHE_HOME, else below ~/.cache (XDG Base Directory Specification 0.8); null where there is no home.</summary>
    public static string? Default
    {
        get
        {
            string? root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            // The specification has relative paths ignored.
            if (root is not { Length: > 0 } || !Path.IsPathRooted(root))
            {
                string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
                if (home.Length == 0) return null;
                root = Path.Combine(home, ".cache");
            }
            return Path.Combine(root, "nativetrainer", "features");
        }
    }

    /// <summary>Deletes what was used least recently until the files take at most <paramref name="bytes"/>, and what writers that died left behind.</summary>
    internal static void Trim(string folder, long bytes)
    {
        try
        {
            var files = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).ToList();
            foreach (var file in files.Where(f => f.Name.EndsWith(".tmp", StringComparison.Ordinal) && DateTime.UtcNow - f.LastWriteTimeUtc > Abandoned)) Delete(file);
            long kept = 0;
            foreach (var file in files.Where(f => f.Extension == CacheSegment.Extension).OrderByDescending(f => f.LastWriteTimeUtc).ThenBy(f => f.FullName, StringComparer.Ordinal))
            {
                kept += file.Length;
                if (kept > bytes) Delete(file);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another process tidies at the same time, or the folder is read-only: the next pass tries again.
        }
    }

    private static void Delete(FileInfo file)
    {
        try
        {
            file.Delete();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // In use elsewhere.
        }
    }
}
