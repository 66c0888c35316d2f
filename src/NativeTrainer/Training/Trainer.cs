using System.Text;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Advice.Report;
using NativeTrainer.Advice.Runs;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Evaluation.MultiLabel;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Training.FewShot;
using NativeTrainer.Training.Sweep;
using NativeTrainer.Weights;

namespace NativeTrainer.Training;

/// <summary>Trains image classifiers: the entry point of the command line and of programs that embed the engine.</summary>
public static class Trainer
{
    /// <summary>Metadata of a weights file: the findings that were allowed, and so mark its figures.</summary>
    public const string AllowedKey = "nativetrainer.allowed";

    /// <summary>Runs a training from its options.</summary>
    /// <param name="options">Checked here.</param>
    /// <param name="observer">Hears of the plan, steps and epochs. The run folder's records are an observer too and are attached here.</param>
    /// <param name="stop">Finishes the step, saves and returns with <see cref="TrainResult.Interrupted"/>.</param>
    /// <exception cref="UserException">The options, the data or the weights cannot be used; the message says what to do.</exception>
    /// <exception cref="AuditRefusedException">The result would not be true, as where validation pictures are also trained on; <see cref="TrainOptions.Allow"/> lets it pass.</exception>
    public static TrainResult Train(TrainOptions options, ITrainingObserver observer, CancellationToken stop = default)
    {
        return Train(options, observer, TrainingSetup.OpenDevice, stop);
    }

    /// <summary>Runs a training as planned: what the plan found of its options is in the run's audit.</summary>
    /// <param name="plan">Of the same data.</param>
    /// <inheritdoc cref="Train(TrainOptions, ITrainingObserver, CancellationToken)"/>
    public static TrainResult Train(RunPlan plan, ITrainingObserver observer, CancellationToken stop = default) => Train(plan.Options, observer, TrainingSetup.OpenDevice, stop, plan);

    /// <param name="open">Opens the device: tests have some of their own.</param>
    /// <param name="shared">Pictures, features and audit that several runs share.</param>
    internal static TrainResult Train(TrainOptions options, ITrainingObserver observer, Func<TrainOptions, Device> open, CancellationToken stop = default, RunPlan? plan = null, SharedPictures? shared = null)
    {
        TrainOptionsValidator.Validate(options);
        string folder = options.Out ?? NextFolder(options.Data);
        return Start(options with { Out = folder }, folder, resume: false, observer, open, plan, shared, stop);
    }

    /// <summary>Goes on with a run from its last checkpoint, as if it had never stopped.</summary>
    /// <exception cref="UserException">The folder holds no run that can be resumed.</exception>
    public static TrainResult Resume(string runFolder, ITrainingObserver observer, CancellationToken stop = default) => Resume(runFolder, observer, null, stop);

    internal static TrainResult Resume(string runFolder, ITrainingObserver observer, SharedPictures? shared, CancellationToken stop)
    {
        if (!Directory.Exists(runFolder)) throw new UserException($"{runFolder}: there is no such run folder; give the folder that the run printed");
        string file = Path.Combine(runFolder, TrainOptionsFile.Name);
        if (!File.Exists(file)) throw new UserException($"{runFolder}: has no {TrainOptionsFile.Name}, so it is no run folder; give the folder that the run printed");
        var options = TrainOptionsFile.Load(file);
        TrainOptionsValidator.Validate(options);
        return Start(options, runFolder, resume: true, observer, TrainingSetup.OpenDevice, null, shared, stop);
    }

    private static TrainResult Start(TrainOptions options, string folder, bool resume, ITrainingObserver observer, Func<TrainOptions, Device> open, RunPlan? plan, SharedPictures? shared, CancellationToken stop)
    {
        using var checkpoint = resume ? Checkpoint.Open(folder) : null;
        if (resume && checkpoint is null) observer.OnNote($"{folder}: was stopped before its first checkpoint; the run starts again from its beginning");
        if (!resume) CreateFolder(folder);
        try
        {
            return Run(options, folder, checkpoint, observer, open, plan, shared, stop);
        }
        catch when (!resume && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
            throw;
        }
    }

    private static TrainResult Run(TrainOptions options, string folder, SafeTensors? checkpoint, ITrainingObserver observer, Func<TrainOptions, Device> open, RunPlan? plan, SharedPictures? shared, CancellationToken stop)
    {
        var (notes, asked) = (new List<string>(), options);
        using var setup = TrainingSetup.Open(options, open, notes.Add);
        options = setup.Options;
        var both = new Observers(new RunFolderWriter(options), observer);
        notes.ForEach(both.OnNote);
        // Which files give no picture the audit says.
        using var data = new TrainingData(setup.Index, options, setup.Model.Spec.Preprocessing, both.OnNote, stop, nameUnusable: false, shared: shared);
        if (data.Validation.Samples.Count == 0) throw new UserException($"{options.Data}: there are no validation images; add a val folder or set --val-fraction above 0");
        var audit = shared?.Audit ?? DatasetAudit.Quick(setup.Index, options.Data, options.Allow, options.Threads > 0 ? options.Threads : Environment.ProcessorCount, options.Seed, stop);
        RunFacts? facts = null;
        // Their rules are of one label an image.
        if (!data.MultiLabel)
        {
            facts = RunFacts.Of(setup, RunChecks.Shape(data), RunChecks.AreRatesGiven(asked)) with { Stem = RunChecks.Stem(setup, data) };
            if (plan is null && shared is null && asked.Augment != "auto" && !audit.Refused) facts = facts with { Risks = RunChecks.Risks(setup, data) };
            audit = RunChecks.Add(audit, plan?.Findings ?? RunChecks.Before(facts), RunChecks.Looked(tried: plan is not null || facts.Risks is not null), options.Allow);
        }
        both.OnAudit(audit);
        if (audit.Refused) throw new AuditRefusedException(audit);
        var card = Marked(setup.Card, audit);
        if (setup.Index.ValidationMade) setup.Index.WriteManifest(Path.Combine(folder, "split.csv"));
        if (options.Strategy == TrainingStrategy.FewShot) return Judged(new FewShotRun(setup, both, data, card, folder, audit).Run(checkpoint, stop), facts);
        using var run = new TrainingRun(options, both, data, setup.Model, card, setup.Stages, folder, audit);
        return Judged(run.Run(checkpoint, stop), facts);
    }

    /// <summary>With what is to be said of the result, which the run folder's audit then has too.</summary>
    private static TrainResult Judged(TrainResult result, RunFacts? facts)
    {
        if (facts is null || result.BestEpoch < 1 || result.Interrupted) return result;
        var audit = RunChecks.Add(result.Audit, RunChecks.After(facts, result.Best), RunChecks.KindsOfResult, facts.Options.Allow);
        RunFolderFile.Replace(Path.Combine(result.RunFolder, AuditJson.FileName), Encoding.UTF8.GetBytes(AuditJson.Format(audit)));
        return result with { Audit = audit, Findings = [.. audit.Findings.Where(finding => RunChecks.KindsOfResult.Contains(finding.Kind) && !facts.Options.Allow.Any(finding.Kind.Matches))] };
    }

    // The start weights' own mark is of another data set, their temperature and thresholds of other weights, and how their head was fitted no longer true.
    private static ModelWeights Marked(ModelWeights card, AuditReport audit)
    {
        var notes = card.Notes.Where(note => note.Key is not (AllowedKey or TemperatureScaling.Key or LabelThresholds.Key or FewShotNote.Key)).ToDictionary();
        if (audit.Marks.Count > 0) notes[AllowedKey] = string.Join(", ", audit.Marks);
        return card with { Notes = notes };
    }

    private static void CreateFolder(string folder)
    {
        if (File.Exists(Path.Combine(folder, Checkpoint.FileName)))
            throw new UserException($"{folder}: holds a run already; go on with --resume {folder}, or choose another --out");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: the run folder cannot be made ({error.Message}); choose another --out", error);
        }
    }

    private static string NextFolder(string data)
    {
        string name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(data)));
        for (int n = 1; ; n++)
        {
            string folder = Path.Combine("runs", $"{name}-{n}");
            if (!Directory.Exists(folder)) return folder;
        }
    }

    private sealed class Observers(params ITrainingObserver[] all) : ITrainingObserver
    {
        public void OnPlan(TrainingPlan plan) => Array.ForEach(all, o => o.OnPlan(plan));

        public void OnAudit(AuditReport report) => Array.ForEach(all, o => o.OnAudit(report));

        public void OnNote(string note) => Array.ForEach(all, o => o.OnNote(note));

        public void OnStep(StepReport step)
        {
            foreach (var observer in all) observer.OnStep(step);
        }

        public void OnEpoch(EpochReport epoch) => Array.ForEach(all, o => o.OnEpoch(epoch));
    }
}
