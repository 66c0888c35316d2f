namespace NativeTrainer.Cli.Output;

/// <param name="PeakX">Where the map is highest, as a share of the square that the network sees; null where it found nothing of the class.</param>
internal sealed record GradCamImageJson(string Path, string Class, double Probability, string Overlay, string? Raw, double? PeakX, double? PeakY);

internal sealed record GradCamJson(string Layer, IReadOnlyList<GradCamImageJson> Images, IReadOnlyList<string> Unusable);
