using NativeTrainer.Advice.Audit;
using NativeTrainer.Cli.Output;
using NativeTrainer.Training;
using Spectre.Console;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Progress;

/// <summary>A line at the terminal's bottom that moves with the steps; finished epochs scroll above it.</summary>
internal sealed class LiveProgress(IAnsiConsole console) : ITrainingObserver
{
    private const int BarWidth = 24;

    // Ten times a second is as fast as anyone reads, and drawing then costs the steps nothing.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private LiveDisplayContext? _live;
    private DateTime _drawn;
    private int _epochs;
    private double _best = double.NaN;

    /// <summary>Runs <paramref name="train"/> with the line on screen.</summary>
    public T Show<T>(Func<T> train) => console.Live(new Text("")).AutoClear(true).Start(live =>
    {
        _live = live;
        return train();
    });

    public void OnPlan(TrainingPlan plan)
    {
        _epochs = plan.Epochs;
        foreach (string line in ProgressText.Plan(plan)) Above(line, Style.Plain);
    }

    public void OnAudit(AuditReport report)
    {
        foreach (var (severity, line) in AuditText.BeforeTraining(report)) Above(line, new Style(AuditTable.Tone(severity)));
    }

    public void OnNote(string note) => Above($"note: {note}", new Style(Color.Yellow));

    public void OnStep(StepReport step)
    {
        if (DateTime.UtcNow - _drawn < Pause) return;
        _drawn = DateTime.UtcNow;
        int done = BarWidth * step.Step / Math.Max(step.StepsPerEpoch, 1);
        string best = double.IsNaN(_best) ? "" : Invariant($"  best accuracy {_best:0.000}");
        _live?.UpdateTarget(new Markup(Invariant(
            $"epoch {step.Epoch}/{_epochs} [green]{new string('━', done)}[/][grey]{new string('━', BarWidth - done)}[/] {step.Step}/{step.StepsPerEpoch}  loss {step.Loss:0.000}{best}  rate {step.LearningRate:0.0e0}  {step.ImagesPerSecond:0.0} images/s  {Time(step.Remaining)} left")));
    }

    public void OnEpoch(EpochReport epoch)
    {
        if (epoch.IsBest) _best = epoch.Validation.Labels?.MeanAveragePrecision ?? epoch.Validation.Accuracy;
        Above(ProgressText.Epoch(epoch, _epochs), epoch.IsBest ? new Style(decoration: Decoration.Bold) : Style.Plain);
    }

    // The line is written over the moving one: blanks wipe what is longer there.
    private void Above(string line, Style style) => console.WriteLine(line.PadRight(console.Profile.Width - 1), style);
}
