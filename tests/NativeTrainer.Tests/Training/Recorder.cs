using NativeTrainer.Advice.Audit;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Training;

/// <summary>Keeps what a run reports.</summary>
internal sealed class Recorder(int stopAtStep = 0, CancellationTokenSource? stop = null) : ITrainingObserver
{
    public TrainingPlan? Plan { get; private set; }

    public List<string> Notes { get; } = [];

    public List<float> Losses { get; } = [];

    public int Epochs => Reports.Count;

    public List<EpochReport> Reports { get; } = [];

    /// <summary>Runs after each epoch.</summary>
    public Action? AfterEpoch { get; init; }

    public void OnPlan(TrainingPlan plan) => Plan = plan;

    public AuditReport? Audit { get; private set; }

    public void OnAudit(AuditReport report) => Audit = report;

    public void OnNote(string note) => Notes.Add(note);

    public void OnStep(StepReport step)
    {
        Losses.Add((float)step.Loss);
        if (Losses.Count == stopAtStep) stop!.Cancel();
    }

    public void OnEpoch(EpochReport epoch)
    {
        Reports.Add(epoch);
        AfterEpoch?.Invoke();
    }
}
