namespace NativeTrainer.Advice.Findings.Kinds;

/// <summary>5xx: whether the figure says what matters.</summary>
internal static class MetricKinds
{
    public static readonly FindingKind Imbalance = new("NT501", "metric/imbalance", "Accuracy misleads: classes of unequal size", 64, new FindingPage
    {
        What = "Some classes have many times the pictures of others, so that accuracy is mostly the accuracy of the large ones.",
        Found = "By the training pictures of the largest class over those of the smallest: advice from 3, a warning from 10. The majority baseline is what always answering the largest class would score on the validation pictures.",
        Fix = """
            Choose the best epoch by --metric balanced-accuracy or macro-f1 and read recall per class. --balance sampler draws classes equally often, --balance weights weighs the loss;
            both help the small classes at some cost to the large ones.
            """,
        Cost = "A network that never names the rare class can win on accuracy, and the rare class is often the one you are looking for.",
        Silence = "--allow NT501. Right where the shares are those of real use and every error costs the same.",
        Source = "Brodersen et al., \"The balanced accuracy and its posterior distribution\", ICPR 2010; Buda, Maki and Mazurowski, Neural Networks 2018.",
    });

    public static readonly FindingKind ManyClasses = new("NT502", "metric/many-classes", "Many classes for one top answer", 44, new FindingPage
    {
        What = "There are so many, or so similar, classes that one answer per picture is a hard measure of what the network knows.",
        Found = "By the number of classes and, where weights are given, how often the right class is second on frozen features.",
        Fix = "Read top-5 beside accuracy, and the most confused pairs; merge classes that people cannot tell apart either.",
        Cost = "Settings are chosen by differences in confusions that do not matter to you.",
        Silence = "--allow NT502.",
        Source = "Russakovsky et al., \"ImageNet large scale visual recognition challenge\", IJCV 2015, for top-5.",
    });

    public static readonly FindingKind BelowBaseline = new("NT503", "metric/below-baseline", "Majority baseline not beaten", 85, new FindingPage
    {
        What = "The trained network is not measurably better than always answering the most frequent class.",
        Found = "After the run: the lower end of the 95 % Wilson interval of the best epoch's accuracy does not lie above the majority share of the validation pictures.",
        Fix = "Look at the confusion first. If one class takes all, use --balance sampler and --metric balanced-accuracy; if the loss hardly fell, try a higher --lr or more epochs; if it fell only in training, check the labels (NT610).",
        Cost = "The accuracy looks respectable and the network knows nothing.",
        Silence = "--allow NT503.",
    });

    public static readonly FindingKind[] All = [Imbalance, ManyClasses, BelowBaseline];
}
