namespace NativeTrainer.Advice.Findings.Kinds;

/// <summary>3xx: whether what the weights know helps here.</summary>
internal static class TransferKinds
{
    public static readonly FindingKind SourceTooFar = new("NT301", "transfer/source-too-far", "How far the weights' knowledge carries", 58, new FindingPage
    {
        What = "What the given weights learned separates these classes hardly better than chance, or than a network of random weights.",
        Found = "By LogME and the accuracy of k-nearest neighbours and of a linear probe on frozen features, beside chance and beside the same network with random weights.",
        Fix = "Use weights from nearer pictures where there are any ('rank-weights' compares them), train all layers rather than the head (--strategy full or gradual), and plan for more pictures.",
        Cost = "A head on such features stays near chance however long it trains; a two-stage run spends its first stage on nothing.",
        Silence = "--allow NT301. Right where all layers are trained with enough pictures.",
        Source = "You, Liu, Wang and Long, \"LogME: practical assessment of pre-trained models for transfer learning\", ICML 2021.",
    });

    public static readonly FindingKind BetterWeights = new("NT302", "transfer/better-weights", "Other weights fit better", 50, new FindingPage
    {
        What = "Of the weight files compared, another one separates these classes better than the one chosen.",
        Found = """
            By 'rank-weights': cross-validated linear probes on frozen features of the same pictures. The file named first is taken for the one chosen; another has to be right on one point
            more of the pictures, and on more than two standard errors.
            """,
        Fix = "Start from the file that ranks first, if its licence allows your use; 'inspect' shows the licence.",
        Cost = "Usually the difference of the probes, less what training all layers makes up for. With few pictures most of it stays.",
        Silence = "--allow NT302. Right where size, speed or licence decides.",
        Source = "You, Liu, Wang and Long, \"LogME\", ICML 2021; Kornblith, Shlens and Le, CVPR 2019.",
    });

    public static readonly FindingKind Preprocessing = new("NT303", "transfer/preprocessing-mismatch", "Input unlike what the weights saw", 57, new FindingPage
    {
        What = "The pictures reach the network in another size, normalisation or colour than the weights were trained with.",
        Found = """
            By comparing the size in the weights file with the run's: a note, advice below a third and above twice; by a file that says nothing, so that defaults are assumed: a note;
            and by the variance of the first layer's output on 16 pictures over the running variance in the file: a warning below an eighth and above eight times.
            A wrong order of the colours does not show in it.
            """,
        Fix = "Take the weights' own mean, deviation and size: 'inspect' shows them, 'convert --mean --std --size' corrects a file that says them wrong.",
        Cost = "Features shift in every layer: several points with frozen layers, some of which training all layers wins back slowly.",
        Silence = "--allow NT303. Right for another input size on purpose.",
        Source = "Touvron et al., \"Fixing the train-test resolution discrepancy\", NeurIPS 2019, for the size.",
    });

    public static readonly FindingKind[] All = [SourceTooFar, BetterWeights, Preprocessing];
}
