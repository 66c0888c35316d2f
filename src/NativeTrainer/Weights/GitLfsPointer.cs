using NativeTrainer.Imaging;

namespace NativeTrainer.Weights;

/// <summary>
/// Recognises Git LFS pointers: text files of about 130 bytes that stand for a large file which was not fetched.
/// Source: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md.
/// </summary>
internal static class GitLfsPointer
{
    /// <summary>Throws when a file's first bytes (8 are enough) are those of a pointer.</summary>
    public static void Refuse(string path, ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("version "u8))
            throw new UserException($"{path}: this is a Git LFS pointer, not the weights. Run 'git lfs pull' in its repository, or download the file itself.");
    }
}
