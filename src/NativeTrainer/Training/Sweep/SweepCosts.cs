using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Advice.Planning;

namespace NativeTrainer.Training.Sweep;

/// <summary>Seconds of runs before they are run, from a few measured steps of each set of layers that learns.</summary>
internal sealed class SweepCosts
{
    /// <summary>Reading weights, writing files, starting: beside what is measured.</summary>
    private const double FixedSeconds = 1.5;

    private readonly SweepOptions _sweep;
    private readonly TrainingSetup _setup;
    private readonly SweepData _data;
    private readonly Dictionary<string, double> _step = [];
    private readonly DataShape _shape;
    private readonly double _validation;

    private SweepCosts(SweepOptions sweep, TrainingSetup setup, SweepData data, double validation)
        => (_sweep, _setup, _data, _shape, _validation) = (sweep, setup, data, SweepData.Shape(data.Folds[0]), validation);

    /// <summary>How much longer runs took than was predicted; 1 before any.</summary>
    public double Correction { get; set; } = 1;

    /// <param name="pictures">Of the setup's data.</param>
    /// <param name="features">Of its training images.</param>
    /// <param name="feature">Seconds of the network for an image.</param>
    public static SweepCosts Measure(SweepOptions sweep, TrainingSetup setup, SweepData data, TrainingData pictures, float[] features, double feature, CancellationToken stop)
    {
        var costs = new SweepCosts(sweep, setup, data, feature * data.JudgedImages / data.Folds.Count);
        using var untouched = new WeightSnapshot(setup.Model);
        foreach (var arm in SweepArm.Of(sweep).Where(arm => arm.Strategy != SweepStrategies.FewShot))
        {
            setup.Change(arm.Options(sweep, setup.Model, costs._shape, 0), _ => { });
            foreach (var stage in setup.Stages)
            {
                stop.ThrowIfCancellationRequested();
                string key = costs.Key(stage);
                if (costs._step.ContainsKey(key)) continue;
                var (decoding, compute) = NeedsProbe.Time(setup, pictures, stage, features);
                costs._step[key] = decoding + compute;
            }
        }
        return costs;
    }

    /// <summary>Epochs of an arm at full length, by the rule.</summary>
    public int FullEpochs(SweepArm arm) => arm.Strategy == SweepStrategies.FewShot ? 1 : arm.Options(_sweep, _setup.Model, _shape, 0).Epochs;

    /// <summary>Of a run of each fold, one after another.</summary>
    public double Seconds(SweepArm arm, int epochs) => Correction * _data.Folds.Count * OneFold(arm, epochs);

    /// <summary>Parameters that learn in some stage of an arm's run.</summary>
    public long TrainedParameters(SweepArm arm)
    {
        _setup.Change(arm.Options(_sweep, _setup.Model, _shape, 0), _ => { });
        return _setup.Model.Parameters.Parameters.Where(p => _setup.Stages.Any(stage => stage.Trains(p, _setup.Options))).Sum(p => p.Shape.Count);
    }

    private double OneFold(SweepArm arm, int epochs)
    {
        if (arm.Strategy == SweepStrategies.FewShot) return FixedSeconds;
        _setup.Change(arm.Options(_sweep, _setup.Model, _shape, arm.OnFeatures ? 0 : epochs), _ => { });
        double seconds = FixedSeconds;
        foreach (var (stage, budget) in _setup.Stages.Zip(StepBudget.Of(_setup.Stages, _setup.Options, _shape.TrainImages)))
        {
            double step = _step.TryGetValue(Key(stage), out double known) ? known : _step.Values.Max();
            seconds += budget.Steps * step + (stage.OnFeatures ? 0 : stage.Epochs * _validation);
        }
        return seconds;
    }

    private string Key(TrainingStage stage)
    {
        var trained = _setup.Model.StageNames.Where(name => _setup.Model.Parameters.Parameters.Any(p => ParameterGroups.Matches(name, p.Name) && stage.Trains(p, _setup.Options)));
        return $"{stage.OnFeatures} {string.Join(' ', trained)} {_setup.Options.Batch}×{_setup.Options.Accumulate}";
    }
}
