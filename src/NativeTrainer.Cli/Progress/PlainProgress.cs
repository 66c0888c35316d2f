using NativeTrainer.Advice.Audit;
using NativeTrainer.Cli.Output;
using NativeTrainer.Training;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Progress;

/// <summary>One line per event, for logs and redirected output.</summary>
internal sealed class PlainProgress(TextWriter log) : ITrainingObserver
{
    private int _epochs;

    public void OnPlan(TrainingPlan plan)
    {
        _epochs = plan.Epochs;
        foreach (string line in ProgressText.Plan(plan)) log.WriteLine(line);
    }

    public void OnAudit(AuditReport report)
    {
        foreach (var (_, line) in AuditText.BeforeTraining(report)) log.WriteLine(line);
    }

    public void OnNote(string note) => log.WriteLine($"note: {note}");

    public void OnEpoch(EpochReport epoch) => log.WriteLine(ProgressText.Epoch(epoch, _epochs));
}

/// <summary>What both kinds of progress say.</summary>
internal static class ProgressText
{
    public static IEnumerable<string> Plan(TrainingPlan plan) =>
    [
        $"{plan.Model}: {Count(plan.TotalParameters)} parameters, {Count(plan.TrainedParameters)} of them learn in the first stage",
        $"{Plural(plan.Classes.Count, "class")}, {Plural(plan.TrainImages, "image")} to learn from, {plan.ValidationImages} to validate",
        $"{plan.Device}; this run needs {Bytes(plan.PeakMemoryBytes)} of memory",
        $"run folder {plan.RunFolder}",
    ];

    public static string Epoch(EpochReport epoch, int epochs)
    {
        string of = Invariant($"{epoch.Epoch.ToString().PadLeft(epochs.ToString().Length)}/{epochs}");
        return Invariant($"epoch {of}  {epoch.Stage,-6}  loss {epoch.TrainLoss:0.000}  validation {epoch.Validation.Loss:0.000}  {(epoch.Validation.Labels is { } labels ? Invariant($"mAP {labels.MeanAveragePrecision:0.000}") : Invariant($"accuracy {epoch.Validation.Accuracy:0.000}"))}{(epoch.IsBest ? " *" : "  ")}  {epoch.ImagesPerSecond,6:0.0} images/s  {Time(TimeSpan.FromSeconds(epoch.Seconds))}");
    }
}
