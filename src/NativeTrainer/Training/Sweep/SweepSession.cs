using System.Diagnostics;
using System.Text;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Imaging;

namespace NativeTrainer.Training.Sweep;

/// <summary>One call of a sweep: from what the record says to its end, or to where it is stopped.</summary>
internal sealed class SweepSession(SweepOptions options, SweepData data, SweepRecord record, ISweepObserver observer) : IDisposable
{
    /// <summary>A trial that is expected to take so many times what is left is not begun: it would be cut before its rate comes down.</summary>
    private const double Hopeless = 1.3;

    /// <summary>Rung of the run that gives the winner's weights after cross-validation.</summary>
    private const int FinalRung = 1000;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly double _before = record.SpentSeconds;
    private readonly IReadOnlyList<SweepArm> _arms = SweepArm.Of(options);
    private SweepRecord _record = record;
    private TrainingSetup? _setup;
    private SharedPictures? _shared;
    private SweepCosts? _costs;
    private SweepTrials? _trials;
    private (double Predicted, double Taken) _ran;

    private double Spent => _before + _clock.Elapsed.TotalSeconds;

    private double Left => options.Budget == TimeSpan.Zero ? double.PositiveInfinity : options.Budget.TotalSeconds - Spent;

    public SweepRecord Run(CancellationToken stop)
    {
        Prepare(stop);
        foreach (var arm in _arms.Where(arm => arm.OnFeatures)) Try(arm, 0, _costs!.FullEpochs(arm), stop);
        SweepArm[] left = [.. _arms.Where(arm => !arm.OnFeatures)];
        if (_record.Rungs.Count == 0 && left.Length > 0)
        {
            left = [.. left.OrderBy(arm => _costs!.Seconds(arm, 1))];
            double reserve = data.IsCrossValidated ? left.Max(arm => _costs!.Seconds(arm, _costs.FullEpochs(arm))) / data.Folds.Count : 0;
            _record = _record with { Rungs = Halving.Rungs([.. left.Select(_costs!.FullEpochs)], (arm, epochs) => _costs.Seconds(left[arm], epochs), Left - reserve) };
            if (_record.Rungs.Count == 0) observer.OnNote("the budget leaves no time for an epoch on pictures: what learns on features alone is compared");
            Save();
        }
        observer.OnPlan(_record);
        foreach (var (rung, number) in _record.Rungs.Select((rung, i) => (rung, i + 1)))
        {
            // The quickest first; from the second rung on the best of the one before.
            left = [.. (number == 1 ? left.OrderBy(arm => _costs!.Seconds(arm, 1)) : left.Where(arm => Latest(arm) is { HasResult: true }).OrderByDescending(arm => Latest(arm)!.Accuracy).ThenBy(arm => Latest(arm)!.LogLoss)).Take(rung.Arms)];
            foreach (var arm in left) Try(arm, number, Math.Min(rung.Epochs, _costs!.FullEpochs(arm)), stop);
        }
        return Conclude(stop);
    }

    public SweepRecord Save()
    {
        _record = _record with { SpentSeconds = Spent };
        SweepFolder.Save(options.Out, _record);
        return _record;
    }

    public void Dispose()
    {
        _shared?.Dispose();
        _setup?.Dispose();
    }

    private void Prepare(CancellationToken stop)
    {
        var notes = new List<string>();
        _setup = TrainingSetup.Open(options.Training with { Data = Path.Combine(options.Out, SweepRecord.DataName), Out = null, CropBoxes = null, Fix = null }, TrainingSetup.OpenDevice, notes.Add);
        notes.ForEach(observer.OnNote);
        int threads = options.Training.Threads > 0 ? options.Training.Threads : Environment.ProcessorCount;
        var audit = DatasetAudit.Quick(data.Whole, options.Training.Data, options.Training.Allow, threads, options.Training.Seed, stop);
        if (audit.Refused) throw new AuditRefusedException(audit);
        foreach (string note in data.Whole.Notes) observer.OnNote(note);
        Sample[] all = [.. data.Folds.Append(data.Whole).SelectMany(index => index.Split(SplitName.Train).Concat(index.Split(SplitName.Val))).DistinctBy(sample => (sample.Path, sample.Crop))];
        observer.OnNote($"{all.Length} pictures are decoded and looked at once for all runs");
        _shared = new SharedPictures(_setup, all, audit, stop);
        if (_shared.Problems.Count > 0) observer.OnNote($"{_shared.Problems.Count} files give no picture and are left out, such as {_shared.Problems[0].Path}: {_shared.Problems[0].Reason}");
        using var pictures = new TrainingData(data.Folds[0], _setup.Options, _setup.Model.Spec.Preprocessing, _ => { }, stop, nameUnusable: false, shared: _shared);
        _costs = SweepCosts.Measure(options, _setup, data, pictures, _shared.Features(pictures.Train.Samples), _shared.FeatureSeconds / _shared.Count, stop);
        _trials = new SweepTrials(options, data, _shared, observer);
        _record = _record with { PreparationSeconds = _record.PreparationSeconds + _clock.Elapsed.TotalSeconds };
        Save();
    }

    private SweepTrial? Latest(SweepArm arm) => _record.Trials.Where(t => t.Arm == arm.Name && t.Rung < FinalRung).MaxBy(t => t.Rung);

    /// <summary>Runs a trial, unless the record has it already or there is no time for it.</summary>
    private void Try(SweepArm arm, int rung, int epochs, CancellationToken stop)
    {
        if (_record.Trials.Any(t => t.Arm == arm.Name && t.Rung == rung && t.State != SweepTrialState.Open)) return;
        // A longer rung that an arm's own full length ends is the run it has had.
        if (rung > 1 && Latest(arm) is { HasResult: true } had && had.Epochs >= epochs) return;
        string name = arm.OnFeatures ? arm.Name : $"{arm.Name}-{epochs}ep";
        double predicted = _costs!.Seconds(arm, epochs);
        var trial = _record.Trials.FirstOrDefault(t => t.Arm == arm.Name && t.Rung == rung) ?? new SweepTrial
        {
            Arm = arm.Name,
            Rung = rung,
            Epochs = epochs,
            Folders = data.IsCrossValidated ? [.. Enumerable.Range(1, data.Folds.Count).Select(fold => $"{name}-fold{fold}")] : [name],
            PredictedSeconds = predicted,
        };
        // The first arm takes seconds and gives whatever comes of it a result.
        if ((Left <= 0 && _record.Trials.Any(t => t.HasResult)) || (rung > 0 && predicted > Hopeless * Left))
            trial = trial with { State = SweepTrialState.Skipped, Note = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"would take {predicted:0} s, and {Math.Max(0, Left):0} s of the budget were left") };
        else
        {
            Put(trial);
            trial = Execute(trial, arm, epochs, stop);
        }
        Put(trial);
        if (trial.State == SweepTrialState.Open) throw new OperationCanceledException(stop);
        if (trial.State == SweepTrialState.Done && rung > 0)
        {
            _ran = (_ran.Predicted + predicted / _costs.Correction, _ran.Taken + trial.Seconds);
            _costs.Correction = _ran.Taken / _ran.Predicted;
        }
        observer.OnTrial(trial);
    }

    private SweepTrial Execute(SweepTrial trial, SweepArm arm, int epochs, CancellationToken stop)
    {
        var run = arm.Options(options, _setup!.Model, SweepData.Shape(data.Folds[0]), epochs) with { CropBoxes = null, Fix = null };
        return _trials!.Run(trial, run, () => Left <= 0, () => Spent, stop);
    }

    private void Put(SweepTrial trial)
    {
        _record = _record with { Trials = [.. _record.Trials.Where(t => (t.Arm, t.Rung) != (trial.Arm, trial.Rung)), trial] };
        Save();
    }

    private SweepRecord Conclude(CancellationToken stop)
    {
        long Weights(SweepTrial trial) => new FileInfo(WeightsOf(trial.Folders[0])).Length;
        var (rows, winner) = SweepTable.Of(_arms, [.. _record.Trials.Where(t => t.Rung < FinalRung)], _trials!.Predictions, _costs!.TrainedParameters, Weights, options.Training.Threads);
        if (winner is null) throw new UserException($"{options.Out}: no run was finished; give a longer --budget and another --out");
        string run = data.IsCrossValidated ? Refit(winner, stop) : winner.Folders[0];
        RunFolderFile.Replace(Path.Combine(options.Out, SweepRecord.WeightsName), File.ReadAllBytes(WeightsOf(run)));
        RunFolderFile.Replace(Path.Combine(options.Out, SweepRecord.CsvName), Encoding.UTF8.GetBytes(SweepTable.Csv(rows)));
        _record = _record with { Rows = rows, Verdict = SweepTable.Verdict(rows, run) };
        return Save();
    }

    /// <summary>The weights that were judged: those after the last epoch.</summary>
    private string WeightsOf(string folder)
    {
        string last = Path.Combine(options.Out, folder, "last.safetensors");
        return File.Exists(last) ? last : Path.Combine(options.Out, folder, "best.safetensors");
    }

    /// <summary>After cross-validation no run has seen all training images: the winner is trained once more on them.</summary>
    private string Refit(SweepTrial winner, CancellationToken stop)
    {
        var arm = _arms.Single(a => a.Name == winner.Arm);
        string name = $"{arm.Name}-final";
        if (_record.Trials.FirstOrDefault(t => t.Rung == FinalRung && t.Arm == arm.Name) is { HasResult: true }) return name;
        var trial = new SweepTrial { Arm = arm.Name, Rung = FinalRung, Epochs = winner.Epochs, Folders = [name] };
        Put(trial);
        var run = arm.Options(options, _setup!.Model, SweepData.Shape(data.Whole), winner.Epochs) with { CropBoxes = null, Fix = null };
        observer.OnNote("the winner is trained once more on all training images");
        trial = new SweepTrials(options, data.Undivided(), _shared!, observer).Run(trial, run, () => false, () => Spent, stop);
        Put(trial);
        if (trial.State == SweepTrialState.Open) throw new OperationCanceledException(stop);
        return name;
    }
}
