namespace NativeTrainer.Advice.Findings.Kinds;

/// <summary>6xx: files and labels that are not what they should be.</summary>
internal static class DirtyDataKinds
{
    public static readonly FindingKind Undecodable = new("NT601", "dirty/undecodable", "Files that give no picture", 54, new FindingPage
    {
        What = "Files that are damaged, cut off, empty, of a format that is not read, or no pictures at all.",
        Found = "By decoding every file to its last row; a file that ends early counts as damaged even where viewers show its upper part. Advice; a warning from 5 % of the files of a class in one part.",
        Fix = "Download or export them again; convert TIFF, AVIF and HEIC to JPEG or PNG; 'git lfs pull' fetches what are only pointers. Or drop them: audit.csv has the rows. --strict makes training stop at the first.",
        Cost = "They are left out. Where one class or one source is hit more than others, the data set is no longer what you think it is.",
        Silence = "--allow NT601.",
    });

    public static readonly FindingKind Tiny = new("NT602", "dirty/tiny", "Pictures smaller than the input", 34, new FindingPage
    {
        What = "Pictures whose short side is far below the network's input: thumbnails, icons, failed crops.",
        Found = """
            By the short side of the picture as it is in the file. It has to be beyond an absolute floor and far from this set's median, so that a good set has no
            worst pictures and a set of night photos is not all dark.
            """,
        Fix = "Find the originals, or drop them. If most are small, train at a smaller --size.",
        Cost = "They are enlarged to blur. Where they fall into one class more than another, blur becomes that class's mark (NT611).",
        Silence = "--allow NT602. Right where use will meet pictures as small.",
    });

    public static readonly FindingKind Dark = new("NT603", "dirty/dark", "Dark pictures", 31, new FindingPage
    {
        What = "Pictures in which hardly anything is brighter than black: lens caps, night, failed flash.",
        Found = """
            By the 99th percentile of the luma, so that a small bright flower on black does not count. It has to be beyond an absolute floor and far from this
            set's median, so that a good set has no worst pictures and a set of night photos is not all dark.
            """,
        Fix = "Look at those shown; drop the ones in which you cannot see the class yourself.",
        Cost = "They teach the class by its darkness, or nothing.",
        Silence = "--allow NT603. Right where night pictures are part of the task.",
    });

    public static readonly FindingKind Bright = new("NT604", "dirty/bright", "Overexposed pictures", 30, new FindingPage
    {
        What = "Pictures that are white almost everywhere: overexposed, blank scans, empty pages.",
        Found = """
            By the 5th percentile of the luma, so that a dark object on white does not count. It has to be beyond an absolute floor and far from this set's
            median, so that a good set has no worst pictures and a set of night photos is not all dark.
            """,
        Fix = "Look at those shown; drop the ones in which you cannot see the class yourself.",
        Cost = "As for dark pictures: the class is learned by its brightness, or not at all.",
        Silence = "--allow NT604. Right for drawings and documents.",
    });

    public static readonly FindingKind Blurry = new("NT605", "dirty/blurry", "Blurred pictures", 33, new FindingPage
    {
        What = "Pictures without sharp edges: out of focus, moved, or enlarged from thumbnails.",
        Found = """
            By the variance of the Laplacian of the luma at a short side of 224 pixels: blur that is gone at that size does no harm. It has to be beyond an
            absolute floor and far from this set's median, so that a good set has no worst pictures; where nothing but shapes is left, a median that is sharp is enough.
            """,
        Fix = "Look at those shown, the most blurred first; drop what you would not name yourself.",
        Cost = "Some blur teaches robustness; much of it in one class becomes that class's mark.",
        Silence = "--allow NT605. Right where the camera in use is no better.",
        Source = "Pech-Pacheco et al., \"Diatom autofocusing in brightfield microscopy: a comparative study\", ICPR 2000.",
    });

    public static readonly FindingKind LowInformation = new("NT606", "dirty/low-information", "Pictures that show almost nothing", 36, new FindingPage
    {
        What = "Pictures of one colour, of a placeholder, or of hardly any detail.",
        Found = """
            By the share of blocks of pixels without structure, the noise of JPEG allowed for. It has to be beyond an absolute floor and far from this set's
            median, so that a good set has no worst pictures and a set of night photos is not all dark.
            """,
        Fix = "Drop them: they are mostly \"image not available\" tiles and failed renderings.",
        Cost = "The same placeholder under several classes teaches contradictions; under one class it teaches a mark.",
        Silence = "--allow NT606.",
    });

    public static readonly FindingKind OddAspect = new("NT607", "dirty/odd-aspect", "Pictures of odd proportions", 28, new FindingPage
    {
        What = "Pictures that are many times wider than high, or the other way round, unlike the rest: banners, strips, panoramas.",
        Found = "By width over height, in robust spreads from the median of this set.",
        Fix = "Crop them to the object, or drop them: the evaluation's centre crop sees only their middle.",
        Cost = "The crop often misses the object, so the label is taught on background.",
        Silence = "--allow NT607.",
    });

    public static readonly FindingKind OddSize = new("NT608", "dirty/odd-size", "Pictures of odd size", 27, new FindingPage
    {
        What = "Pictures many times larger or smaller than the rest.",
        Found = "By the number of pixels on a logarithmic scale, in robust spreads from the median of this set.",
        Fix = "Check where they come from; they are often from another source. Shrinking huge ones also makes each epoch faster.",
        Cost = "Decoding time, and a hint of mixed sources.",
        Silence = "--allow NT608.",
    });

    public static readonly FindingKind GrayAmongColour = new("NT609", "dirty/gray-among-colour", "Gray pictures among colour ones", 32, new FindingPage
    {
        What = "Pictures without colour in a data set that mostly has it.",
        Found = "By the share of pixels whose channels differ by more than JPEG's rounding, where most of the set has colour.",
        Fix = "Keep them where use will meet gray pictures, and let --augment turn others gray at times; otherwise replace them.",
        Cost = "Little, unless they belong to one class or one source: then gray becomes its mark (NT611).",
        Silence = "--allow NT609.",
    });

    public static readonly FindingKind LabelErrors = new("NT610", "labels/error-candidates", "Labels that look wrong", 75, new FindingPage
    {
        What = "Pictures that a classifier which has not seen them puts, with confidence, into another class than their label says.",
        Found = """
            By confident learning: probabilities of a linear probe on frozen features, from folds that have not seen the picture; a picture counts as another
            class where that class's probability reaches what pictures labelled so have on average. The likeliest errors first. It needs weights. Some candidates
            are right labels on hard pictures.
            """,
        Fix = "Look at the first ones in the report; in audit.csv set relabel (the suggestion is there), drop or keep, and train with --fix audit.csv. Stop where most are right.",
        Cost = "Errors in training cost some accuracy; errors in validation put a ceiling on what can be measured and can turn the ranking of two networks around.",
        Silence = "--allow NT610.",
        Source = "Northcutt, Jiang and Chuang, \"Confident learning: estimating uncertainty in dataset labels\", JAIR 2021.",
    });

    public static readonly FindingKind SpuriousCorrelation = new("NT611", "labels/spurious-correlation", "Properties that give the class away", 74, new FindingPage
    {
        What = "Brightness, size, aspect, format or background predicts the class: one class was photographed at night, exported by another tool, or always on grass.",
        Found = """
            For each property, a classifier that knows it alone is cross-validated and compared with random labellings, corrected for the number of properties;
            and each class is tested against all others. Strong means a third of the way from chance to certainty, for colour more, since colour often belongs to
            the class.
            """,
        Fix = "Collect pictures that break the link (the other class at night too), or remove it: same export for all, crops, stronger brightness augmentation.",
        Cost = "The network learns the easy mark in place of the object, in validation too if it was divided from the same source, and fails where the mark is absent.",
        Silence = "--allow NT611. Right where the property belongs to the class.",
        Source = "Geirhos et al., \"Shortcut learning in deep neural networks\", Nature Machine Intelligence 2020.",
    });

    public static readonly FindingKind ProductionMismatch = new("NT612", "serving/production-mismatch", "Production pictures are unlike these", 66, new FindingPage
    {
        What = "The pictures in the folder given with --production differ from the training pictures in size, light, colour or content.",
        Found = """
            By the same test of each property's distribution as NT105, between training pictures and those of the folder, and, where weights are given, by a
            classifier on frozen features that tries to tell the two apart.
            """,
        Fix = "Label some of the production pictures, put part of them into training and validate on the rest. The ones least like the training pictures are shown.",
        Cost = "The validation figure is true for pictures like these and says little about the ones in use.",
        Silence = "--allow NT612.",
        Source = "Rabanser, Günnemann and Lipton, \"Failing loudly\", NeurIPS 2019.",
    });

    public static readonly FindingKind[] All =
    [
        Undecodable, Tiny, Dark, Bright, Blurry, LowInformation, OddAspect, OddSize, GrayAmongColour, LabelErrors, SpuriousCorrelation, ProductionMismatch,
    ];
}
