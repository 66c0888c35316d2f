namespace NativeTrainer.Advice.Findings.Kinds;

/// <summary>4xx: options that do not fit the data.</summary>
internal static class TrainingKinds
{
    public static readonly FindingKind RateTooHigh = new("NT401", "training/rate-too-high", "Learning rate too high", 72, new FindingPage
    {
        What = "The learning rate lies above the range in which the loss falls, for these weights, this batch and this many steps.",
        Found = """
            By a range test ('lr-find', 'plan --lr-find', 'train --auto --lr-find'): the rate rises step by step while the loss is watched; the upper end is where it stops falling.
            Without a test, by a rule: ten times what suits the optimizer, its momentum and the images of a step.
            """,
        Fix = "Use the rate advised for each group of layers; 'lr-find' draws the curve. --warmup 1 and --clip 1 widen the usable range.",
        Cost = "The first steps destroy what the weights knew, and the run starts again from something like random weights; or the loss becomes infinite.",
        Silence = "--allow NT401.",
        Source = "Smith, \"Cyclical learning rates for training neural networks\", WACV 2017.",
    });

    public static readonly FindingKind RateTooLow = new("NT402", "training/rate-too-low", "Learning rate too low", 48, new FindingPage
    {
        What = "The learning rate is so low that the planned steps move the weights hardly at all.",
        Found = """
            By the same range test as NT401 and the number of steps that data, batch and epochs give: the rates of all steps add up to less than the test took to be halfway down.
            Without a test, by a rule: they add up to less than a fiftieth of what settles a pretrained network.
            """,
        Fix = "Use the rate advised, or more epochs. With few pictures an epoch has few steps: rates from large data sets do not carry over.",
        Cost = "The run ends before it has learned; its figure is that of the start weights with a half-trained head.",
        Silence = "--allow NT402.",
        Source = "Smith, \"Cyclical learning rates for training neural networks\", WACV 2017.",
    });

    public static readonly FindingKind StrategyMisfit = new("NT403", "training/strategy-misfit", "Strategy does not fit the data", 55, new FindingPage
    {
        What = "What is set to learn does not fit how many pictures there are and how near they are to what the weights know.",
        Found = """
            By a rule of the pictures per class and of how well frozen features tell the classes apart: few, a head in closed form; near, the head; far from what the weights know,
            more layers. 'nativetrainer plan DATA' prints it with its numbers; 'audit --weights' asks it of what 'train' does by itself; 'train' knows the number of pictures alone.
            A choice that costs nothing but time is a note.
            """,
        Fix = "Give the strategy that 'nativetrainer plan DATA' advises, or let 'train --auto' take it.",
        Cost = "Too many layers for little data overfit and distort good features; too few for much data leave accuracy behind.",
        Silence = "--allow NT403.",
        Source = "Kumar et al., \"Fine-tuning can distort pretrained features and underperform out-of-distribution\", ICLR 2022.",
    });

    public static readonly FindingKind HeadOnly = new("NT404", "training/head-only", "Only the head was tried", 40, new FindingPage
    {
        What = "Only the classifier was trained; the layers below were never allowed to adapt.",
        Found = "After the run, by what learned, by the pictures per class (8 or more), and by the accuracy: below 0.99 there is something left for deeper layers.",
        Fix = "Try --strategy two-stage, or one more stage at a time with --strategy gradual, and compare on the same validation pictures.",
        Cost = "Often some points of accuracy where pictures are many or unlike the source; nothing where they are few and near.",
        Silence = "--allow NT404. Right where training has to take seconds.",
        Source = "Kornblith, Shlens and Le, \"Do better ImageNet models transfer better?\", CVPR 2019.",
    });

    public static readonly FindingKind NoAugmentation = new("NT405", "training/no-augmentation", "No augmentation", 45, new FindingPage
    {
        What = "Each epoch shows the very same pixels, although layers of the network learn from them and pictures are few.",
        Found = "By the options and the number of training pictures per class: below 200 where pretrained layers learn, below 1,000 where layers start at random.",
        Fix = "--augment light for pretrained layers, medium for a network from random weights; 'augment-preview' shows it on your pictures.",
        Cost = "The network fits the exact pictures within a few epochs; validation stops improving while the training loss still falls.",
        Silence = "--allow NT405. Right where position and colour carry the class exactly, as in machine vision with a fixed camera.",
        Source = "Shorten and Khoshgoftaar, \"A survey on image data augmentation for deep learning\", J. Big Data 2019.",
    });

    public static readonly FindingKind UnsafeAugmentation = new("NT406", "training/unsafe-augmentation", "Augmentation breaks a class", 71, new FindingPage
    {
        What = "An augmentation turns pictures of a class into ones that look like another: a flipped 6, text mirrored, a hue shift where colour is the class.",
        Found = """
            On frozen features of a sample: each augmentation alone, and whether the nearest pictures still are of the class; a fall by more than 15 points and two and a half standard errors
            names the class. 'audit --weights' tries mirror images, 'plan' what it advises or you give, 'train' what --augment names where that takes at most a twentieth of the run.
            Classes named as left and right, or by single characters, are told by their names.
            """,
        Fix = "Switch that one off and keep the rest, for example --augment medium,hflip=0 or medium,hue=0.",
        Cost = "The network is taught wrong labels on purpose, for the very classes that are hard to tell apart.",
        Silence = "--allow NT406. Right where a look at 'augment-preview' shows that people would still name the class.",
        Source = "Balestriero, Bottou and LeCun, \"The effects of regularization and data augmentation are class dependent\", NeurIPS 2022.",
    });

    public static readonly FindingKind[] All = [RateTooHigh, RateTooLow, StrategyMisfit, HeadOnly, NoAugmentation, UnsafeAugmentation];
}
