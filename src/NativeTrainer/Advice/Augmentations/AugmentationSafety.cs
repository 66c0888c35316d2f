using System.Globalization;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Augmentations;

/// <summary>An augmentation that may change what a class's pictures show.</summary>
/// <param name="Kind">hflip, vflip, rotate, hue …: the key of <c>--augment</c>.</param>
/// <param name="Class">The class at risk.</param>
/// <param name="Plain">Share of the class's pictures whose neighbours say their class, as they are.</param>
/// <param name="Augmented">The same share of their augmented versions.</param>
/// <param name="Towards">The class that most of the strayed versions look like.</param>
/// <param name="Sentence">For people, with the numbers and the override to give.</param>
public sealed record AugmentationRisk(string Kind, string Class, double Plain, double Augmented, string Towards, string Sentence);

/// <summary>Agreement of one kind of augmentation with one class.</summary>
public sealed record AugmentationAgreement(string Kind, string Class, int Pictures, double Plain, double Augmented);

public sealed record AugmentationSafetyReport(IReadOnlyList<AugmentationAgreement> Agreements, IReadOnlyList<AugmentationRisk> Risks);

/// <summary>
/// Whether augmented pictures keep their label, measured on features: a picture and its augmented version should have the same class among their nearest neighbours of
/// other pictures. Each kind is tried alone at the strength of the options, at full probability.
/// </summary>
public static class AugmentationSafety
{
    internal const int Neighbours = 5;

    private const int LeastPictures = 4;

    /// <summary>A fall of agreement counts beyond this share and beyond so many standard errors.</summary>
    private const double LeastFall = 0.15, Errors = 2.5;

    /// <summary>The kinds that options use, each alone: the key, and the options that do nothing else.</summary>
    public static IReadOnlyList<(string Kind, AugmentationOptions Alone)> Kinds(AugmentationOptions options)
    {
        var none = new AugmentationOptions();
        var kinds = new List<(string, AugmentationOptions)>();
        void Add(bool used, string kind, AugmentationOptions alone)
        {
            if (used) kinds.Add((kind, alone));
        }
        Add(options.CropScale.Low < 1, "scale", none with { CropScale = new(options.CropScale.Low, options.CropScale.Low), CropRatio = options.CropRatio });
        Add(options.HorizontalFlip > 0, "hflip", none with { HorizontalFlip = 1 });
        Add(options.VerticalFlip > 0, "vflip", none with { VerticalFlip = 1 });
        Add(options.Rotation > 0, "rotate", none with { Rotation = options.Rotation });
        Add(options.Shear > 0, "shear", none with { Shear = options.Shear });
        Add(options.Translate > 0, "translate", none with { Translate = options.Translate });
        Add(options.Zoom != none.Zoom, "zoom", none with { Zoom = options.Zoom });
        Add(options.Brightness > 0, "brightness", none with { Brightness = options.Brightness });
        Add(options.Contrast > 0, "contrast", none with { Contrast = options.Contrast });
        Add(options.Saturation > 0, "saturation", none with { Saturation = options.Saturation });
        Add(options.Hue > 0, "hue", none with { Hue = options.Hue });
        Add(options.Gray > 0, "gray", none with { Gray = 1 });
        Add(options.Blur > 0, "blur", none with { Blur = 1, BlurSigma = new(options.BlurSigma.High, options.BlurSigma.High) });
        Add(options.TrivialAugment, "trivial", none with { TrivialAugment = true });
        return kinds;
    }

    /// <param name="pictures">Training pictures, several of each class.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="classes">Names of the classes.</param>
    /// <param name="options">The augmentation to check.</param>
    /// <param name="features">Features (pictures, F), row-major, of pictures of <paramref name="size"/> × <paramref name="size"/>.</param>
    /// <param name="size">Side of the network's input in pixels.</param>
    /// <param name="versions">Augmented versions of each picture, at least 1; a kind that has but one is tried once.</param>
    public static AugmentationSafetyReport Check(IReadOnlyList<RgbImage> pictures, IReadOnlyList<int> labels, IReadOnlyList<string> classes, AugmentationOptions options,
        Func<IReadOnlyList<RgbImage>, float[]> features, int size, ulong seed = 1, int versions = 2)
    {
        if (pictures.Count != labels.Count) throw new ArgumentException($"{pictures.Count} pictures and {labels.Count} labels");
        using var device = Device.Open("cpu");
        float[] zero = [0, 0, 0], one = [1, 1, 1];
        RgbImage[] Rendered(AugmentationOptions what, int epoch) => AugmentationPreview.Render(device, what, seed, epoch, pictures, size, zero, one);
        var plain = features(Rendered(new AugmentationOptions(), 0));
        var neighbours = new ClassNeighbours(plain, labels);
        int[] own = [.. Enumerable.Range(0, pictures.Count)];
        int[] plainSaid = neighbours.Classify(plain, own, Neighbours);
        return Judge(labels, classes, plainSaid, Kinds(options).Select(kind
            => (kind.Kind, Enumerable.Range(0, Versions(kind.Kind, versions)).Select(epoch => neighbours.Classify(features(Rendered(kind.Alone, epoch)), own, Neighbours)).ToArray())));
    }

    /// <summary>Versions that differ: a mirror image has one.</summary>
    public static int Versions(string kind, int wanted) => kind is "hflip" or "vflip" or "gray" or "blur" ? Math.Min(1, wanted) : wanted;

    /// <param name="labels">Of the pictures that were tried.</param>
    /// <param name="plainSaid">The class that the neighbours of each say.</param>
    /// <param name="kinds">For each kind and version, the class that the neighbours of the augmented pictures say.</param>
    internal static AugmentationSafetyReport Judge(IReadOnlyList<int> labels, IReadOnlyList<string> classes, int[] plainSaid, IEnumerable<(string Kind, int[][] Said)> kinds)
    {
        var (agreements, risks) = (new List<AugmentationAgreement>(), new List<AugmentationRisk>());
        foreach (var (kind, said) in kinds)
        {
            for (int c = 0; c < classes.Count; c++)
            {
                int[] members = [.. Enumerable.Range(0, labels.Count).Where(i => labels[i] == c)];
                if (members.Length < LeastPictures) continue;
                double before = members.Average(i => plainSaid[i] == c ? 1.0 : 0), after = members.Average(i => said.Average(version => version[i] == c ? 1.0 : 0));
                agreements.Add(new AugmentationAgreement(kind, classes[c], members.Length, before, after));
                // Of the pictures' own changes, for both rates are of the same pictures.
                double[] changes = [.. members.Select(i => (plainSaid[i] == c ? 1.0 : 0) - said.Average(version => version[i] == c ? 1.0 : 0))];
                double mean = changes.Average(), error = Math.Sqrt(changes.Sum(d => (d - mean) * (d - mean)) / Math.Max(1, changes.Length - 1) / changes.Length);
                if (mean > LeastFall && mean > Errors * error) risks.Add(Risk(kind, c, before, after, members, said, classes));
            }
        }
        return new AugmentationSafetyReport(agreements, risks);
    }

    /// <summary>What to add to <c>--augment</c> so that the kind is not used.</summary>
    public static string Off(string kind) => kind switch { "scale" or "zoom" => $"{kind}=1", "trivial" => "trivial=off", _ => $"{kind}=0" };

    private static AugmentationRisk Risk(string kind, int c, double before, double after, int[] members, int[][] said, IReadOnlyList<string> classes)
    {
        var strays = new int[classes.Count];
        foreach (var version in said)
            foreach (int i in members.Where(i => version[i] != c)) strays[version[i]]++;
        string towards = classes[Array.IndexOf(strays, strays.Max())];
        return new AugmentationRisk(kind, classes[c], before, after, towards, string.Create(CultureInfo.InvariantCulture,
            $"{kind} may change the label of '{classes[c]}': {after:P0} of its augmented pictures look like their class, {before:P0} as they are; most others look like '{towards}'. Leave it out with --augment …,{Off(kind)}"));
    }
}
