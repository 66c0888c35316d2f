using NativeTrainer.Imaging;

namespace NativeTrainer.Advice;

/// <summary>A picture of a data set as the checks for copies and splits see it.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Label">Class index.</param>
/// <param name="Split">Where it lies.</param>
/// <param name="Group">As the data set gives it; null for none.</param>
/// <param name="Signature">Content, thumbnail, hash, time.</param>
public sealed record PictureRecord(string Path, int Label, SplitName Split, string? Group, PictureSignature Signature);
