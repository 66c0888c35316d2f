using NativeTrainer.Advice.Features;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Explaining;
using NativeTrainer.Html;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Reports;

/// <summary>A training picture that the network sees as like a mistake.</summary>
internal sealed record ShownNeighbour(string Path, string Label, double Cosine, Thumbnail Picture);

/// <summary>A mistake with what can be shown of it; null where it cannot.</summary>
/// <param name="Picture">The square that the network saw.</param>
/// <param name="OfPredicted">Where it saw the class that it named.</param>
/// <param name="OfTruth">Where it saw the right one.</param>
internal sealed record ShownMistake(PredictedImage Image, double Loss, Thumbnail? Picture, Thumbnail? OfPredicted, Thumbnail? OfTruth, IReadOnlyList<ShownNeighbour> Nearest);

/// <summary>The worst mistakes of a run with their pictures, made by its best weights.</summary>
internal sealed class RunPictures
{
    private const int Neighbours = 3, Side = 220;

    private readonly Thumbnails _thumbnails = new();
    private readonly List<string> _notes = [];

    public IReadOnlyList<ShownMistake> Mistakes { get; private set; } = [];

    /// <summary>Why something is not shown.</summary>
    public IReadOnlyList<string> Notes => _notes;

    public static RunPictures Of(RunRecord run, RunPageOptions options)
    {
        var shown = new RunPictures();
        var worst = TopLosses.Mistakes(run.Images, options.Mistakes);
        shown.Mistakes = [.. worst.Select(w => new ShownMistake(w.Image, w.Loss, null, null, null, []))];
        if (worst.Count == 0 || run.Weights is null) return shown;
        if (!options.Pictures)
        {
            shown._notes.Add("Pictures were not asked for.");
            return shown;
        }
        try
        {
            shown.Look(run, options);
            if (options.Nearest) shown.Search(run, options);
            else shown._notes.Add($"The nearest training pictures were left out to be quick; 'nativetrainer report {run.Folder}' adds them.");
        }
        catch (UserException error)
        {
            shown._notes.Add($"Not all could be shown: {error.Message}");
        }
        return shown;
    }

    private void Look(RunRecord run, RunPageOptions options)
    {
        using var cam = new GradCam(new GradCamOptions { Weights = run.Weights!, Size = run.Options?.Size ?? 0, Threads = options.Threads, Device = options.Device! });
        int gone = 0;
        Mistakes = [.. Mistakes.Select(mistake =>
        {
            var image = mistake.Image;
            if (ImageDecoder.Decode(image.Path, new DecodeTarget(Math.Max(cam.ShortSide, Side)) { Region = image.Crop }).Image is not { } full)
            {
                gone++;
                return mistake;
            }
            var seen = cam.Seen(full, Side);
            // As evaluation decodes it, so that the map is of the same numbers.
            var network = ImageDecoder.Decode(image.Path, new DecodeTarget(cam.ShortSide) { Region = image.Crop }).Image!;
            Thumbnail Heat(int @class) => _thumbnails.Of(() => HeatMapPicture.Draw(cam.Explain(network, @class), seen));
            return mistake with { Picture = _thumbnails.Of(() => seen), OfPredicted = Heat(image.Predicted), OfTruth = Heat(image.Label) };
        })];
        if (gone > 0) _notes.Add($"{gone} of {Mistakes.Count} pictures are no longer where they were, or cannot be read.");
    }

    private void Search(RunRecord run, RunPageOptions options)
    {
        if (run.Options is not { } trained) return;
        var index = DatasetIndex.Open(trained.Data, new DatasetOptions { ValidationFraction = trained.ValidationFraction, Seed = trained.Seed, CropBoxes = trained.CropBoxes, Fix = trained.Fix });
        using var store = new FeatureStore(new FeatureOptions { Weights = run.Weights, Size = trained.Size, Threads = options.Threads, Device = options.Device!, Cache = options.Cache });
        var mistakes = store.Compute([.. Mistakes.Select(m => new Sample(m.Image.Path, m.Image.Label) { Crop = m.Image.Crop })]);
        if (mistakes.Count == 0) return;
        var training = store.Compute(index.Split(SplitName.Train));
        ShownMistake[] all = [.. Mistakes];
        for (int i = 0; i < mistakes.Count; i++)
        {
            var near = NearestImages.Find(training.Matrix, mistakes.Row(i), Neighbours);
            all[mistakes.Indices[i]] = all[mistakes.Indices[i]] with { Nearest = [.. near.Select(n => Shown(training.Samples[n.Index], n.Cosine, index.Classes))] };
        }
        Mistakes = all;
    }

    private ShownNeighbour Shown(Sample sample, double cosine, IReadOnlyList<string> classes)
        => new(sample.Path, classes[sample.Label], cosine, _thumbnails.Of(() => sample.Pixels ?? ImageDecoder.Decode(sample.Path, new DecodeTarget(Side) { Region = sample.Crop }).Image));
}
