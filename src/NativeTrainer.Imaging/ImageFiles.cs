namespace NativeTrainer.Imaging;

/// <summary>Pictures without labels.</summary>
public static class ImageFiles
{
    /// <summary>Every file below a folder that is meant as a picture, hidden ones left out, in ordinal order of the path.</summary>
    /// <exception cref="UserException">There is no such folder, or no picture in it.</exception>
    public static IReadOnlyList<string> Below(string folder)
    {
        if (!Directory.Exists(folder)) throw new UserException($"{folder}: there is no such folder");
        var all = new List<string>();
        ImageFolder.Collect(folder, all);
        string[] files = [.. all.Where(ImageFolder.IsPicture).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new UserException($"{folder}: holds no pictures (jpg, png, webp, gif, bmp …)");
    }
}
