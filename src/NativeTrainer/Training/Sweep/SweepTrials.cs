using System.Text;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Imaging;

namespace NativeTrainer.Training.Sweep;

/// <summary>
/// Runs a trial on its folds. Each run is judged by its last epoch and not by its best: the best of many epochs on the same images favours whoever had more of them. What a finished run said of
/// its images stays in its folder, so that it is never run again; one that was interrupted goes on.
/// </summary>
internal sealed class SweepTrials(SweepOptions sweep, SweepData data, SharedPictures shared, ISweepObserver observer)
{
    public const string Judged = "judged.csv";

    /// <param name="options">Of <c>train</c>, but for data and folder.</param>
    /// <param name="overdue">Whether the budget has ended: asked after each epoch.</param>
    /// <param name="spent">Seconds of the sweep so far.</param>
    /// <returns>The trial as it is now; <see cref="SweepTrialState.Open"/> where it was interrupted.</returns>
    public SweepTrial Run(SweepTrial trial, TrainOptions options, Func<bool> overdue, Func<double> spent, CancellationToken stop)
    {
        var sets = new List<PredictionSet>();
        for (int fold = 0; fold < trial.Folders.Count; fold++)
        {
            string folder = Path.Combine(sweep.Out, trial.Folders[fold]), judged = Path.Combine(folder, Judged);
            if (!File.Exists(judged))
            {
                observer.OnRun(trial, fold + 1, trial.Folders.Count, spent());
                double before = spent();
                using var cut = CancellationTokenSource.CreateLinkedTokenSource(stop);
                var watch = new Watch(trial, observer, overdue, cut);
                options = options with { Data = data.Manifest(sweep.Out, fold), Out = folder };
                var result = Start(options, folder, watch, cut.Token);
                // It was finished before, and killed before what it said was kept.
                if (watch.Last.Count == 0 && result is { Interrupted: false, Diverged: null }) result = Begin(options, folder, watch, cut.Token);
                trial = trial with { Seconds = trial.Seconds + spent() - before, PeakMemoryBytes = Math.Max(trial.PeakMemoryBytes, result.PeakMemoryBytes), EpochsDone = Math.Max(trial.EpochsDone, watch.Epochs) };
                if (result.Diverged is string reason) return trial with { State = SweepTrialState.Diverged, Note = reason };
                if (stop.IsCancellationRequested && result.Interrupted) return trial;
                if (watch.Last.Count == 0) return trial with { State = SweepTrialState.Skipped, Note = "no epoch was finished within the budget" };
                if (result.Interrupted) trial = trial with { State = SweepTrialState.Cut, Note = $"the budget ended after {watch.Epochs} epochs" };
                RunFolderFile.Replace(judged, Encoding.UTF8.GetBytes(EvaluationTables.Predictions(watch.Last, data.Whole.Classes)));
            }
            sets.Add(PredictionsCsv.Read(judged));
            if (trial.State == SweepTrialState.Cut && fold + 1 < trial.Folders.Count) return trial with { State = SweepTrialState.Skipped, Note = $"the budget ended at fold {fold + 1} of {trial.Folders.Count}" };
        }
        var all = Join(sets);
        var metrics = all.Metrics!;
        return trial with { State = trial.State == SweepTrialState.Cut ? SweepTrialState.Cut : SweepTrialState.Done, Accuracy = metrics.Accuracy, LogLoss = metrics.Loss };
    }

    /// <summary>What the runs of a trial said of the images they were judged on.</summary>
    public PredictionSet Predictions(SweepTrial trial) => Join([.. trial.Folders.Select(folder => PredictionsCsv.Read(Path.Combine(sweep.Out, folder, Judged)))]);

    private TrainResult Start(TrainOptions options, string folder, Watch watch, CancellationToken stop)
    {
        // What was stopped before its first checkpoint begins again.
        return File.Exists(Path.Combine(folder, Checkpoint.FileName)) ? Trainer.Resume(folder, watch, shared, stop) : Begin(options, folder, watch, stop);
    }

    private TrainResult Begin(TrainOptions options, string folder, Watch watch, CancellationToken stop)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        return Trainer.Train(options, watch, TrainingSetup.OpenDevice, stop, shared: shared);
    }

    private static PredictionSet Join(IReadOnlyList<PredictionSet> sets) => new()
    {
        Classes = sets[0].Classes,
        Labels = [.. sets.SelectMany(set => set.Labels)],
        Predicted = [.. sets.SelectMany(set => set.Predicted)],
        Probabilities = [.. sets.SelectMany(set => set.Probabilities!)],
        Names = [.. sets.SelectMany(set => set.Names!)],
    };

    /// <summary>Keeps what the last epoch said, and ends the run where the budget has.</summary>
    private sealed class Watch(SweepTrial trial, ISweepObserver observer, Func<bool> overdue, CancellationTokenSource cut) : ITrainingObserver
    {
        public IReadOnlyList<PredictedImage> Last { get; private set; } = [];

        public int Epochs { get; private set; }

        public void OnEpoch(EpochReport epoch)
        {
            (Last, Epochs) = (epoch.Predictions, epoch.Epoch);
            observer.OnEpoch(trial, epoch);
            if (overdue()) cut.Cancel();
        }
    }
}
