using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.LearningRates;

/// <summary>Parameters that a range test moves at one rate.</summary>
/// <param name="Stage">What learns in the test.</param>
/// <param name="AfterHead">The head is trained on features first, as the run does.</param>
internal sealed record RateGroup(string Name, TrainingStage Stage, bool AfterHead)
{
    public const string Head = "head", Backbone = "backbone", All = "all";

    /// <summary>The groups of a run, in the order in which it trains them.</summary>
    public static IReadOnlyList<RateGroup> Of(TrainingSetup setup, bool perLayer)
    {
        var (options, model) = (setup.Options, setup.Model);
        string[] parts = [.. model.StageNames.Where(part => model.Parameters.Parameters.Any(p => ParameterGroups.Matches(part, p.Name) && setup.Stages.Any(stage => stage.Trains(p, options))))];
        string[] backbone = [.. parts.Where(part => part != model.StageNames[^1])];
        bool head = backbone.Length < parts.Length, together = options.Weights is null || options.Strategy == TrainingStrategy.Full;
        if (together && head && !perLayer && backbone.Length > 0) return [new RateGroup(All, new TrainingStage(All, parts, 1, OnFeatures: false), AfterHead: false)];
        var groups = new List<RateGroup>();
        if (head) groups.Add(new RateGroup(Head, setup.Stages[0] with { Name = Head, Thawed = ["fc"], OnFeatures = together || setup.Stages[0].OnFeatures }, AfterHead: false));
        if (perLayer) groups.AddRange(backbone.Reverse().Select(part => new RateGroup(part, new TrainingStage(part, [part], 1, OnFeatures: false), head)));
        else if (backbone.Length > 0) groups.Add(new RateGroup(Backbone, new TrainingStage(Backbone, backbone, 1, OnFeatures: false), head));
        return groups;
    }

    /// <summary>The span of rates that a test covers unless told otherwise: five decades about what is usual.</summary>
    public (double Low, double High) Span(TrainOptions options) => (options.Optimizer, Name) switch
    {
        (OptimizerKind.Sgd, Head) => (1e-4, 10),
        (OptimizerKind.Sgd, _) => (1e-5, 1),
        (_, Head) => (1e-6, 1),
        _ => (1e-7, 1e-1),
    };

    /// <summary>Options in which a step's factor is the rate of every group of the test; a head that learns beside the rest takes its usual multiple.</summary>
    public TrainOptions UnitRates(TrainOptions options, ResNet model)
    {
        var rates = model.StageNames.ToDictionary(part => part, _ => 1f);
        if (Name == All) rates["fc"] = (float)HeadFactor(options);
        return options with { LearningRate = 1, LearningRateFor = rates, Ema = 0, Swa = 0 };
    }

    /// <summary>The head's rate over that of the rest, in a test of all together.</summary>
    public double HeadFactor(TrainOptions options) => Name == All && options.Weights is not null ? ParameterGroups.HeadFactor(options) : 1;

    public bool IsTrainedIn(TrainingStage stage, TrainingSetup setup) => setup.Model.Parameters.Parameters.Any(p => Stage.Trains(p, setup.Options) && stage.Trains(p, setup.Options));

    /// <summary>The highest rate that the run's options give a part of the group; of a test of all together, a part beside the head.</summary>
    public double ConfiguredRate(TrainingSetup setup)
    {
        var groups = setup.Model.Parameters.Parameters.Where(p => Stage.Trains(p, setup.Options) && !(Name == All && ParameterGroups.Matches("fc", p.Name)));
        return groups.Max(p => ParameterGroups.RateOf(setup.Model, p, setup.Options));
    }
}
