namespace NativeTrainer.Training.FewShot;

/// <summary>A head with one setting, judged on samples by the head without them.</summary>
/// <param name="Setting">For people, such as "penalty 0.3"; empty where there is nothing to set.</param>
/// <param name="LeftOut">(samples, classes): what the head without the samples of a turn (<see cref="FewShotSamples.Turns"/>) scores each of them. Rows of samples in no turn mean nothing.</param>
/// <param name="Fit">The head of all samples, its scores on the same scale.</param>
internal sealed record FewShotCandidate(FewShotHeadKind Kind, string Setting, double[] LeftOut, Func<FewShotHead> Fit);
