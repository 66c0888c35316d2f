using NativeTrainer.Advice.Audit;
using NativeTrainer.Imaging;

namespace NativeTrainer.Training.Sweep;

/// <summary>
/// Tries ways to train on one data set within a budget, with pictures decoded and frozen features computed once, and says which wins and whether by more than chance. Arms on features run
/// first and to their end; the others by <see cref="Halving"/>. All is kept in <c>sweep.json</c> after each run, from which a second call goes on.
/// </summary>
public static class SweepRunner
{
    /// <returns>The record; not <see cref="SweepRecord.Finished"/> where it was stopped.</returns>
    /// <exception cref="UserException">Options, data or weights cannot be used, or the folder is of another sweep.</exception>
    /// <exception cref="AuditRefusedException">A result on this data would not be true.</exception>
    public static SweepRecord Run(SweepOptions options, ISweepObserver observer, CancellationToken stop = default)
    {
        SweepValidator.Validate(options);
        var data = SweepData.Open(options);
        var settings = SweepFolder.Settings(options);
        var record = SweepFolder.Load(options.Out);
        if (record is null)
        {
            SweepFolder.Create(options.Out);
            record = new SweepRecord
            {
                Settings = settings,
                Fingerprint = data.Whole.Fingerprint,
                Classes = data.Whole.Classes,
                TrainImages = data.Folds[0].Split(SplitName.Train).Count,
                JudgedImages = data.JudgedImages,
                Folds = data.Folds.Count,
                Division = data.Division,
                BudgetSeconds = options.Budget.TotalSeconds,
            };
        }
        else SweepFolder.RequireSame(options.Out, record, settings, data.Whole.Fingerprint);
        if (record.Finished)
        {
            observer.OnNote($"{options.Out}: was finished before; choose another --out for a new sweep");
            return record;
        }
        data.Write(options.Out);
        using var session = new SweepSession(options, data, record, observer);
        try
        {
            return session.Run(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return session.Save();
        }
        catch when (!File.Exists(Path.Combine(options.Out, SweepRecord.FileName)))
        {
            // Nothing was begun: manifests alone are no sweep.
            Directory.Delete(options.Out, recursive: true);
            throw;
        }
    }
}
