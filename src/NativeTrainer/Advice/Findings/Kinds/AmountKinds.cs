namespace NativeTrainer.Advice.Findings.Kinds;

/// <summary>2xx: how much there is to learn from, and how much of it is new.</summary>
internal static class AmountKinds
{
    public static readonly FindingKind TooFew = new("NT201", "amount/too-few", "Few pictures in a class", 62, new FindingPage
    {
        What = "A class has so few training pictures that all layers of a network cannot be fitted to it.",
        Found = "By counting the training pictures of each class that can be decoded: advice below 20, a warning below 5.",
        Fix = """
            Collect more of the classes shown first; they gain most per picture. Until then train the head alone on frozen features, --strategy head, which has a hundredth of the
            parameters to fit, and do not spend pictures on a large validation share. Below 8 a class this is few-shot learning, where nothing but a head can be fitted: --strategy few-shot
            does it in closed form, in seconds; 'plan' and 'train --auto' choose it then.
            """,
        Cost = "The network memorises the few pictures with their backgrounds. The class is recognised where it looks like one of them, and each new epoch makes that worse.",
        Silence = "--allow NT201. Right where the classes differ plainly and the head alone is trained.",
        Source = "Kornblith, Shlens and Le, \"Do better ImageNet models transfer better?\", CVPR 2019 (fixed features against fine-tuning by number of examples).",
    });

    public static readonly FindingKind MoreData = new("NT202", "amount/more-data-pays", "What more data would buy", 25, new FindingPage
    {
        What = "Accuracy still rises with the number of pictures; the forecast says what twice as many would buy.",
        Found = """
            By a learning curve: linear probes on frozen features of the given weights at several sizes up to all of the training pictures, a power law with a
            floor through their errors, and its uncertainty from resampling.
            """,
        Fix = "Compare the gain with what pictures cost you. If the curve is flat, do not collect: better labels, larger inputs or training more layers will give more.",
        Cost = "Nothing breaks. Time goes into settings where pictures would have helped, or the other way round.",
        Silence = "--allow NT202.",
        Source = "Hestness et al., \"Deep learning scaling is predictable, empirically\", 2017; Mahmood et al., \"How much more data do I need?\", CVPR 2022.",
    });

    public static readonly FindingKind Coverage = new("NT203", "diversity/coverage", "A class covers little of what it will meet", 46, new FindingPage
    {
        What = "The training pictures of a class lie in few places: one background, one angle, one season, while others of the class lie elsewhere.",
        Found = """
            On frozen features: how many pictures of a class it takes so that each other one is like one of them, which share the first of these stands for, and
            how many validation pictures are farther from all training pictures of their class than these are from each other.
            """,
        Fix = "Collect pictures like the far ones shown, not more like those you have. Stronger augmentation helps with light and position, not with new backgrounds.",
        Cost = "The class is recognised by its usual surroundings. Accuracy is uneven, and the average hides it.",
        Silence = "--allow NT203. Right where the network will only ever see this setting.",
    });

    public static readonly FindingKind Redundancy = new("NT204", "diversity/redundancy", "Many pictures show the same scene", 51, new FindingPage
    {
        What = "Pictures within one part are near-duplicates: frames of a video, bursts, copies in several sizes. The data set is smaller than its file count.",
        Found = "By the same perceptual hashes (and features, where weights are given) as NT101, within a part; chains of near-duplicates count as one scene.",
        Fix = "Keep the best of each scene, or give scenes as groups so that they stay together. audit.csv lists them; dropping loses little.",
        Cost = """
            An epoch costs more and teaches no more; scenes with many frames weigh more than others; and a random split would put frames of one scene on both sides.
            """,
        Silence = "--allow NT204. Right for data whose repetition is real, such as a production line.",
        Source = "Lee et al., \"Deduplicating training data makes language models better\", ACL 2022, for the effect; Barz and Denzler 2020 for pictures.",
    });

    public static readonly FindingKind ConflictingLabels = new("NT205", "labels/conflicting-duplicates", "The same picture under two labels", 78, new FindingPage
    {
        What = "Files with the same bytes are filed under different classes. At least one of the labels is wrong, or the picture shows both.",
        Found = "By the SHA-256 of each file's bytes, over all parts; it has no false alarms.",
        Fix = """
            Look at each and decide: in audit.csv keep one copy and set the others to drop, or relabel them. If many show both classes, the task is multi-label or the classes overlap:
            decide on a rule before mending pictures.
            """,
        Cost = "Training is pushed both ways on that picture and learns to be unsure; in validation one of the copies is always counted wrong.",
        Silence = "--allow NT205.",
        Source = "Northcutt, Athalye and Mueller, \"Pervasive label errors in test sets destabilize machine learning benchmarks\", NeurIPS 2021.",
    });

    public static readonly FindingKind RepeatedFiles = new("NT206", "diversity/repeated-files", "The same file twice in one part", 52, new FindingPage
    {
        What = "Files with the same bytes lie several times in one part under one class.",
        Found = "By the SHA-256 of each file's bytes: a note up to 1 % of the part, advice above.",
        Fix = "Drop all copies but one: audit.csv has the rows, 'train --fix audit.csv' applies them.",
        Cost = "In training the picture counts as often as it lies there; in validation it makes the set look larger, and so the figure surer, than it is.",
        Silence = "--allow NT206. Right where copies are meant to weigh more.",
    });

    public static readonly FindingKind[] All = [TooFew, MoreData, Coverage, Redundancy, ConflictingLabels, RepeatedFiles];
}
