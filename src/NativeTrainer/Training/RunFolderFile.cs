using NativeTrainer.Imaging;

namespace NativeTrainer.Training;

/// <summary>Writing into a run folder: whole files appear at once or not at all, and what the disk refuses becomes one clear message.</summary>
internal static class RunFolderFile
{
    /// <summary>Replaces a file through a temporary neighbour, so that a full disk or a kill leaves the old one.</summary>
    /// <exception cref="UserException">The folder is not writable or the disk is full.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + ".tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            throw Refused(path, error);
        }
    }

    /// <summary>Appends; after a failure the file has its former length.</summary>
    /// <exception cref="UserException">The folder is not writable or the disk is full.</exception>
    public static void Append(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
            long before = stream.Length;
            try
            {
                stream.Write(content);
            }
            catch (IOException)
            {
                stream.SetLength(before);
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, error);
        }
    }

    private static UserException Refused(string path, Exception error)
        => new($"{path} cannot be written: {error.Message.TrimEnd('.')}; make room or write access there, or choose another folder with --out", error);

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report.
        }
    }
}
