using NativeTrainer.Imaging;

namespace NativeTrainer.Weights;

/// <summary>
/// Writes a file so that a reader sees the old content or the whole new content, never a part: a temporary file in the
/// same folder, flushed to the disk, then renamed over the target. What fails leaves no temporary file behind.
/// </summary>
internal static class AtomicFile
{
    /// <param name="check">Sees the name of the whole temporary file; what it throws keeps it from becoming the target.</param>
    /// <exception cref="UserException">The folder is missing or not writable, or the disk is full.</exception>
    public static void Write(string path, Action<Stream> content, Action<string>? check = null)
    {
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full) ?? throw new UserException($"{path}: a file name is needed, this is a root folder.");
        if (!Directory.Exists(folder)) throw new UserException($"{path}: the folder {folder} does not exist. Create it or choose another one.");
        if (Directory.Exists(full)) throw new UserException($"{path}: this is a folder. Give the name of a file.");

        string temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
            {
                content(stream);
                stream.Flush(flushToDisk: true);
            }
            check?.Invoke(temporary);
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception error)
        {
            TryDelete(temporary);
            if (error is IOException or UnauthorizedAccessException)
            {
                throw new UserException($"{path}: cannot be written ({error.Message.TrimEnd('.')}). " +
                    "The file as it was before, if any, is untouched. Free some space or choose another place.", error);
            }
            throw;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to report; a leftover on a failing disk cannot be helped.
        }
    }
}
