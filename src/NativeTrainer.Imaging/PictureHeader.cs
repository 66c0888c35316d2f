namespace NativeTrainer.Imaging;

/// <summary>What a picture file says of itself before its pixels.</summary>
/// <param name="Width">Of the stored picture, before <paramref name="Orientation"/>.</param>
/// <param name="Height">Of the stored picture.</param>
/// <param name="Orientation">EXIF's 1 to 8.</param>
internal readonly record struct PictureHeader(int Width, int Height, int Orientation);
