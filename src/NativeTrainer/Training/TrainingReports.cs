using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Evaluation;
using NativeTrainer.Training.FewShot;

namespace NativeTrainer.Training;

/// <summary>What a run will do and need, known before step 1.</summary>
public sealed record TrainingPlan
{
    public required string Device { get; init; }

    public required string Model { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    public required int TrainImages { get; init; }

    public required int ValidationImages { get; init; }

    /// <summary>Trained and total number of parameters in the first stage.</summary>
    public required long TrainedParameters { get; init; }

    public required long TotalParameters { get; init; }

    /// <summary>Bytes of device memory that the run's arenas take: parameters, gradients, optimizer state, activations.</summary>
    public required long PeakMemoryBytes { get; init; }

    public required string RunFolder { get; init; }

    public required int Epochs { get; init; }

    /// <summary>The options with every automatic value filled in (size, rate, threads …), as the run folder keeps them; null where nothing was resolved.</summary>
    public TrainOptions? Options { get; init; }
}

/// <summary>One optimizer step.</summary>
public sealed record StepReport
{
    /// <summary>Epoch, counted from 1.</summary>
    public int Epoch { get; set; }

    /// <summary>Step within the epoch, counted from 1.</summary>
    public int Step { get; set; }

    public int StepsPerEpoch { get; set; }

    public float Loss { get; set; }

    /// <summary>Rate of the head in this step.</summary>
    public float LearningRate { get; set; }

    /// <summary>Training images per second since the epoch began.</summary>
    public double ImagesPerSecond { get; set; }

    /// <summary>Time until the last epoch ends, from the pace so far.</summary>
    public TimeSpan Remaining { get; set; }
}

/// <summary>One epoch, with its validation.</summary>
public sealed record EpochReport
{
    /// <summary>Counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Name of the strategy's stage: <c>head</c>, <c>full</c>, <c>layer4</c> …</summary>
    public required string Stage { get; init; }

    /// <summary>Mean training loss of the epoch; of a few-shot head, that of leave-one-out.</summary>
    public required double TrainLoss { get; init; }

    public required ClassificationMetrics Validation { get; init; }

    /// <summary>Rate per parameter group at the epoch's end, by group name.</summary>
    public required IReadOnlyDictionary<string, float> LearningRates { get; init; }

    public required double ImagesPerSecond { get; init; }

    public required double Seconds { get; init; }

    public required bool IsBest { get; init; }

    /// <summary>The validation images in the order of the data set.</summary>
    public IReadOnlyList<PredictedImage> Predictions { get; init; } = [];
}

/// <summary>How a run ended.</summary>
public sealed record TrainResult
{
    public required string RunFolder { get; init; }

    public required int BestEpoch { get; init; }

    public required ClassificationMetrics Best { get; init; }

    /// <summary>Images trained on per second; of a head on cached features, images whose features were computed per second.</summary>
    public required double ImagesPerSecond { get; init; }

    public required long PeakMemoryBytes { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Ctrl-C: the run was saved and can be resumed.</summary>
    public bool Interrupted { get; init; }

    /// <summary>That the loss became NaN or infinite, at which step and what helps; the last good checkpoint was kept. Null where all went well.</summary>
    public string? Diverged { get; init; }

    /// <summary>Files that could not be decoded, with the reason.</summary>
    public IReadOnlyList<string> Unusable { get; init; } = [];

    /// <summary>How the head of <see cref="TrainingStrategy.FewShot"/> was chosen; null of other strategies, and of a run that was finished before.</summary>
    public FewShotChoice? FewShot { get; init; }

    /// <summary>What the audit of data and options found before the first step, and of the result after the last.</summary>
    public required AuditReport Audit { get; init; }

    /// <summary>What is to be said of the result itself, as that it does not beat guessing; also in <see cref="Audit"/>, which has those that were allowed too.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];
}

/// <summary>Listens to a run. All calls come from the training thread, between steps.</summary>
public interface ITrainingObserver
{
    void OnPlan(TrainingPlan plan) { }

    /// <summary>What the audit of data and options found, before the plan; a refused run ends here.</summary>
    void OnAudit(AuditReport report) { }

    /// <summary>Something a person should know: a replaced head, unusable files, a missing stage.</summary>
    void OnNote(string note) { }

    /// <summary>The same object in every call: copy what is kept.</summary>
    void OnStep(StepReport step) { }

    void OnEpoch(EpochReport epoch) { }
}
