using NativeTrainer.Advice.Audit;
using NativeTrainer.Training;

namespace NativeTrainer.Cli.Progress;

/// <summary>Several listeners to one run, told in order.</summary>
internal sealed class ObserverList(params IReadOnlyList<ITrainingObserver> observers) : ITrainingObserver
{
    public void OnPlan(TrainingPlan plan)
    {
        foreach (var observer in observers) observer.OnPlan(plan);
    }

    public void OnAudit(AuditReport report)
    {
        foreach (var observer in observers) observer.OnAudit(report);
    }

    public void OnNote(string note)
    {
        foreach (var observer in observers) observer.OnNote(note);
    }

    public void OnStep(StepReport step)
    {
        foreach (var observer in observers) observer.OnStep(step);
    }

    public void OnEpoch(EpochReport epoch)
    {
        foreach (var observer in observers) observer.OnEpoch(epoch);
    }
}
