namespace NativeTrainer.Advice.Findings.Kinds;

/// <summary>1xx: pictures on both sides of a split, and validation sets that cannot measure.</summary>
internal static class LeakageKinds
{
    public static readonly FindingKind NearDuplicate = new("NT101", "leakage/near-duplicate", "Near-duplicates across splits", 99, new FindingPage
    {
        What = """
            A picture to validate or test with is, but for its encoding, size, crop, brightness, a flip or a slight turn, also a picture that is trained on:
            a re-saved copy, a resized download, two frames of one burst.
            """,
        Found = """
            Perceptual hashes of all pictures and, where weights are given, distances of frozen features propose pairs; thumbnails laid upon each other (shifted,
            scaled, turned, flipped) decide. The threshold on their correlation is this data set's own: clearly above the nearest pictures of different classes.
            Training is refused where a pair correlates by 0.90 or more; weaker pairs, and pictures under 64 pixels, are a warning for a person to judge.
            Pairs within one part are another finding (NT204).
            """,
        Fix = """
            Divide anew so that copies stay together: 'nativetrainer split DATA --fix' writes a manifest without leaks. Or take the training copy of
            each pair out: audit.csv has a row for it that says drop, and 'train --fix audit.csv' applies it.
            """,
        Cost = """
            The network is asked what it has seen. Its validation figure rises with the share of leaking pictures, the best epoch is the one that memorised
            most, and the drop comes when strangers' pictures arrive. About 3 % of CIFAR-10's and 10 % of CIFAR-100's test images have such a twin in training.
            """,
        Silence = "--allow leakage trains all the same and marks every result. Right only where the pairs shown are truly different photos.",
        Source = "Barz and Denzler, \"Do we train on test data? Purging CIFAR of near-duplicates\", J. Imaging 2020.",
    });

    public static readonly FindingKind ExactDuplicate = new("NT102", "leakage/exact-duplicate", "The same file in two splits", 100, new FindingPage
    {
        What = "Files with the same bytes lie in the training part and in the validation or test part, whatever their names.",
        Found = """
            By the SHA-256 of each file's bytes; of pictures without a file, of their pixels. It has no false alarms. A copy that was saved again has
            other bytes: that is NT101.
            """,
        Fix = """
            Take one copy out. audit.csv proposes to drop the training copy, so that the validation set keeps its size: 'train --fix audit.csv'.
            Or divide anew: 'nativetrainer split DATA --fix'. If whole folders overlap, look at how the split was made before mending single files.
            """,
        Cost = """
            Those pictures are answered from memory. With a share s of copies, a network that is right on a share a of new pictures shows about
            a + s·(1 − a): 10 % of copies turn 0.80 into 0.82, and the better the network memorises, the more you trust it.
            """,
        Silence = "--allow leakage trains all the same and marks every result: the report, the JSON, the metrics and the weights file.",
        Source = "Kaufman, Rosset and Perlich, \"Leakage in data mining: formulation, detection, and avoidance\", KDD 2011.",
    });

    public static readonly FindingKind GroupStraddles = new("NT103", "leakage/group-straddles", "A group on both sides of a split", 95, new FindingPage
    {
        What = """
            Pictures of one patient, one street, one camera session or one burst are divided between training and validation. None is a copy of another,
            but they share background, light and subject.
            """,
        Found = """
            By names that count on (IMG_0412, IMG_0413) where such neighbours look alike more often than others of their class, by EXIF (the same camera within
            two seconds) and by folders below a class folder. Groups that the data set itself names are never divided; a CSV whose split column divides one is
            refused when it is read.
            """,
        Fix = "Give a 'group' column in a CSV, or let 'nativetrainer split DATA --fix' keep what belongs together in one part.",
        Cost = """
            The validation set measures how well the network knows these sessions, not the class. In medical imaging, splits by picture in place of splits
            by patient have overstated accuracy by tens of points.
            """,
        Silence = "--allow NT103. Right where the counting names are an accident, such as a download that numbered pictures of unrelated sources.",
        Source = "Yagis et al., \"Effect of data leakage in brain MRI classification using 2D convolutional neural networks\", Scientific Reports 2021.",
    });

    public static readonly FindingKind ClassShares = new("NT104", "validation/class-shares", "Class shares differ between splits", 70, new FindingPage
    {
        What = "The classes are mixed in other proportions in the validation or test part than in training.",
        Found = """
            By Pearson's chi-squared test of the class counts of two parts (p below 0.001) and by the share of pictures that would have to change class to make the
            proportions equal, the total variation distance: advice from 0.1, a warning from 0.25.
            """,
        Fix = """
            If both come from one source, divide anew, class by class (stratified): 'nativetrainer split DATA --fix'. If the validation mix is what the network will meet
            and the training mix is not, keep it and choose by balanced accuracy: --metric balanced-accuracy.
            """,
        Cost = """
            Accuracy is then an average with other weights than training used: it can rise or fall by the distance shown without the network having become better or
            worse, and the thresholds and probabilities learned fit the training mix.
            """,
        Silence = "--allow NT104. Right where the difference is on purpose, such as a balanced test set.",
    });

    public static readonly FindingKind ImageProperties = new("NT105", "validation/image-properties", "Splits differ in size, format or light", 56, new FindingPage
    {
        What = "The parts differ in what has nothing to do with the classes: resolution, aspect, file format, compression, brightness, colour.",
        Found = """
            By the two-sample test of Kolmogorov and Smirnov for each property (size, aspect, brightness, contrast, sharpness, colour), corrected for their
            number. The distance, 0 to 1, is the largest difference between the shares of pictures below some value.
            """,
        Fix = """
            Find out where the difference comes from: often one part was exported, resized or downloaded by another tool. Pool the pictures and divide anew, or treat
            all parts the same way.
            """,
        Cost = "The validation figure mixes two questions, whether the network knows the class and whether it copes with the other camera or encoder.",
        Silence = "--allow NT105. Right where validation is meant to be another camera or another day.",
    });

    public static readonly FindingKind DomainShift = new("NT106", "validation/domain-shift", "Training and validation can be told apart", 68, new FindingPage
    {
        What = "The two parts show different worlds: a simple classifier on frozen features can say from which part a picture comes.",
        Found = """
            A linear classifier on frozen features of the given weights, each less its class's mean, tries to tell the parts apart, cross-validated. An area under
            its ROC curve of 0.5 means that it cannot.
            """,
        Fix = "If both parts are meant to be alike, pool and divide anew. If the validation part is the target, add training pictures like it; the ones shown are the least alike.",
        Cost = "The best epoch is chosen for a world that training did not show, or the figure promises too much because validation is the easier world.",
        Silence = "--allow NT106. Right where you validate on another place or time on purpose: that is the honest figure.",
        Source = "Rabanser, Günnemann and Lipton, \"Failing loudly: an empirical study of methods for detecting dataset shift\", NeurIPS 2019.",
    });

    public static readonly FindingKind TooSmall = new("NT107", "validation/too-small", "Validation set too small to measure", 60, new FindingPage
    {
        What = "There are so few validation pictures that the accuracy they give is a rough guess.",
        Found = """
            By the 95 % interval of Wilson at an accuracy of 0.9, the usual range of a fine-tuned network: half its width is more than 5 points below 141 pictures (advice) and
            more than 10 points below 37 (warning). At lower accuracies the interval is wider still.
            """,
        Fix = """
            Take more pictures for validation: --val-fraction 0.3 where the split is made here, or collect more. Where there are no more, compare runs over several seeds
            and believe only differences larger than the interval.
            """,
        Cost = "Runs are ranked by luck: of two equal runs one looks several points better, and the best of many epochs or settings looks better than it is.",
        Silence = "--allow NT107. Right where a large test set decides in the end.",
        Source = "Wilson, \"Probable inference, the law of succession, and statistical inference\", J. American Statistical Association 1927.",
    });

    public static readonly FindingKind NoTest = new("NT108", "validation/no-test-part", "No test part", 20, new FindingPage
    {
        What = "There are pictures to train on and to validate, but none that no decision has seen.",
        Found = "The data set names no test part: there is no folder test, no test.csv and no row with split=test.",
        Fix = "Keep some pictures apart, as test/ beside train/ and val/ or as split=test in the CSV, and look at them once: 'nativetrainer evaluate --split test'.",
        Cost = """
            The best epoch and the best settings are chosen by the validation figure, so that figure is too good. With one run and a few epochs that is a point or less; after
            dozens of trials it can be several.
            """,
        Silence = "--allow NT108. Right where new pictures arrive anyway and will be the test.",
        Source = "Cawley and Talbot, \"On over-fitting in model selection and subsequent selection bias in performance evaluation\", JMLR 2010.",
    });

    public static readonly FindingKind ClassAbsent = new("NT109", "validation/class-absent", "A class is not validated", 80, new FindingPage
    {
        What = "A class is trained but has no picture, or none that can be decoded, in the validation or test part.",
        Found = "By counting pictures per class and part.",
        Fix = "Move some training pictures of the class to that part, or divide anew class by class: 'nativetrainer split DATA --fix'. A class with a single picture needs a second one.",
        Cost = "Nothing is known about this class: the network may never say its name and every figure stays the same.",
        Silence = "--allow NT109.",
    });

    public static readonly FindingKind[] All = [NearDuplicate, ExactDuplicate, GroupStraddles, ClassShares, ImageProperties, DomainShift, TooSmall, NoTest, ClassAbsent];
}
