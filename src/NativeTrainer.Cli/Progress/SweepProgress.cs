using NativeTrainer.Cli.Output;
using NativeTrainer.Training;
using NativeTrainer.Training.Sweep;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Progress;

/// <summary>A line for each run and each verdict of a sweep.</summary>
internal sealed class SweepProgress(TextWriter log) : ISweepObserver
{
    public void OnNote(string note) => log.WriteLine($"note: {note}");

    public void OnPlan(SweepRecord record)
    {
        log.WriteLine($"{Plural(record.TrainImages, "image")} to learn from; {SweepText.Division(record)}");
        string budget = record.BudgetSeconds > 0 ? $" of {Time(TimeSpan.FromSeconds(record.BudgetSeconds))}" : "";
        log.WriteLine($"decoding, features and a probe took {Time(TimeSpan.FromSeconds(record.PreparationSeconds))}{budget}; on pictures: {(record.Rungs.Count == 0 ? "nothing" : string.Join(", then ", record.Rungs.Select(rung => $"{Plural(rung.Arms, "arm")} for {Plural(rung.Epochs, "epoch")}")))}");
    }

    public void OnRun(SweepTrial trial, int fold, int folds, double spentSeconds)
        => log.WriteLine($"{Time(TimeSpan.FromSeconds(spentSeconds)),8}  {trial.Arm}{(trial.Rung > 0 ? $", {Plural(trial.Epochs, "epoch")}" : "")}{(folds > 1 ? $", fold {fold} of {folds}" : "")}{(trial.PredictedSeconds > 0 ? $", expected to take {Time(TimeSpan.FromSeconds(trial.PredictedSeconds / folds))}" : "")}");

    public void OnTrial(SweepTrial trial) => log.WriteLine(trial.HasResult
        ? Invariant($"          {trial.Arm}: accuracy {trial.Accuracy:0.000}, log loss {trial.LogLoss:0.000}, {Time(TimeSpan.FromSeconds(trial.Seconds))}{(trial.Note is string note ? $"; {note}" : "")}")
        : $"          {trial.Arm}: {trial.State.ToString().ToLowerInvariant()}, {trial.Note}");
}
