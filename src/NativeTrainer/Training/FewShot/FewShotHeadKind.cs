namespace NativeTrainer.Training;

/// <summary>Classifiers on frozen features that are fitted in closed form, for a few images a class.</summary>
public enum FewShotHeadKind
{
    /// <summary>The one with the least loss of leave-one-out.</summary>
    Auto,

    /// <summary>The nearest class mean by Euclidean distance (Mensink et al., "Distance-based image classification", PAMI 2013).</summary>
    Mean,

    /// <summary>The class whose mean direction is nearest by angle (Gidaris and Komodakis, "Dynamic few-shot visual learning without forgetting", CVPR 2018).</summary>
    Cosine,

    /// <summary>Linear discriminant analysis with the covariance shrunk to a multiple of the identity by Ledoit and Wolf's rule (J. Multivariate Analysis 2004).</summary>
    Lda,

    /// <summary>Ridge regression on one-hot targets (Hoerl and Kennard 1970).</summary>
    Ridge,

    /// <summary>The nearest images by angle vote, the nearer the more.</summary>
    Knn,
}
