using System.Globalization;

namespace NativeTrainer.Training.FewShot;

/// <summary>How a head did on samples that it was not fitted to; NaN where there were none.</summary>
/// <param name="Setting">Such as "penalty 0.3"; empty where there is nothing to set.</param>
/// <param name="Accuracy">Of leave-one-out, 0 to 1.</param>
/// <param name="LogLoss">The same, of probabilities at <paramref name="Divisor"/>, against targets that leave room for a mistake.</param>
/// <param name="Divisor">Of the scores before softmax.</param>
public sealed record FewShotScore(FewShotHeadKind Kind, string Setting, double Accuracy, double LogLoss, double Divisor);

/// <summary>Which head was taken, and what the others would have done.</summary>
/// <param name="Tried">The best of each kind, the best first.</param>
/// <param name="LeftOut">Images that could be left out: those that are not alone in their class.</param>
public sealed record FewShotChoice(FewShotScore Chosen, IReadOnlyList<FewShotScore> Tried, int LeftOut)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name(Chosen.Kind)}{(Chosen.Setting.Length > 0 ? $", {Chosen.Setting}" : "")}{(LeftOut > 0 ? $"; leave-one-out accuracy {Chosen.Accuracy:0.000}, log loss {Chosen.LogLoss:0.000} on {LeftOut} images" : "; one image a class leaves nothing to choose or calibrate by")}");

    /// <summary>For people.</summary>
    public static string Name(FewShotHeadKind kind) => kind switch
    {
        FewShotHeadKind.Mean => "nearest class mean",
        FewShotHeadKind.Cosine => "cosine prototypes",
        FewShotHeadKind.Lda => "shrinkage LDA",
        FewShotHeadKind.Ridge => "ridge regression",
        FewShotHeadKind.Knn => "nearest neighbours",
        _ => "auto",
    };
}

/// <summary>Metadata of a weights file that says how a few-shot head was fitted.</summary>
public static class FewShotNote
{
    public const string Key = "nativetrainer.few-shot";
}
