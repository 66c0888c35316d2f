using System.Globalization;
using NativeTrainer.Advice.Augmentations;
using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Advice.Metrics;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Planning;

/// <summary>
/// What to train, how long and how fast, from the size of the data and from how well frozen features tell its classes apart. Steps and rates rest on runs of
/// <c>advice-quality strategies</c> (its results are in the benchmarks' README); <see cref="FarShare"/> and <see cref="Solved"/> on no measurement yet, for no set there lies beyond them.
/// </summary>
internal sealed class StrategyRule
{
    /// <summary>
    /// Fewer images a class than this leave little to learn all layers from: a head in closed form, which did better than a trained one by about a point on average (<c>advice-quality few-shot</c>).
    /// </summary>
    public const double FewShot = 8;

    /// <summary>A probe that gets less than this share of the way from chance to 1 says that the features are of another kind of pictures.</summary>
    public const double FarShare = 0.25;

    /// <summary>A probe this good leaves nothing for the backbone to learn.</summary>
    public const double Solved = 0.99;

    /// <summary>Optimizer steps in which all layers of a pretrained network settle, and in which one from random weights begins to.</summary>
    public const int FineTuningSteps = 240, ScratchSteps = 3000;

    private const int LeastEpochs = 6, MostEpochs = 24, MostScratchEpochs = 120, ReferenceBatch = 16, HeadSteps = 400;

    /// <summary>Short runs take up to so many times the usual rate.</summary>
    private const double MostHurry = 2;

    private const float ReferenceSgd = 0.005f, ReferenceAdamW = 1e-4f;

    private readonly IReadOnlySet<string> _given;
    private readonly DataShape _data;
    private readonly List<PlanChoice> _choices = [];

    private StrategyRule(TrainOptions options, IReadOnlySet<string> given, DataShape data) => (Options, _given, _data) = (options, given, data);

    private TrainOptions Options { get; set; }

    /// <param name="given">Flags that the user gave, such as <c>--lr</c>: they stay as they are.</param>
    public static (TrainOptions Options, IReadOnlyList<PlanChoice> Choices) Advise(TrainOptions options, IReadOnlySet<string> given, DataShape data, TransferEvidence evidence)
    {
        var rule = new StrategyRule(options, given, data);
        rule.Strategy(evidence);
        rule.Batch();
        rule.Epochs();
        rule.Rates();
        rule.Augmentation();
        rule.Metric();
        return (rule.Options, rule._choices);
    }

    private void Strategy(TransferEvidence evidence)
    {
        var (strategy, reason) = Options.Weights is null ? (TrainingStrategy.Full, "there are no weights to start from, so all layers learn") : Choose(evidence);
        Set("--strategy", Word(strategy), reason, o => o with { Strategy = strategy });
    }

    private (TrainingStrategy, string) Choose(TransferEvidence evidence)
    {
        double n = _data.ImagesPerClass, chance = _data.Chance;
        if (n < FewShot)
            return (TrainingStrategy.FewShot, Text($"{n:0.#} images a class are few shots: a head in closed form does as well on them as one that is trained, in seconds; more images would help most"));
        if (evidence.ProbeAccuracy is not double probe) return (TrainingStrategy.TwoStage, Text($"{n:0} images a class, and nothing is known of how the features fit: the head first, then all layers"));
        double share = (probe - chance) / (1 - chance);
        if (probe >= Solved) return (TrainingStrategy.Head, Text($"frozen features already tell the classes apart ({probe:0.000}), so there is nothing for the backbone to learn"));
        bool noBetter = evidence.RandomNetworkAccuracy is double random && probe <= random + 0.05;
        if (share < FarShare || noBetter)
            return (TrainingStrategy.Full, Text($"frozen features hardly tell the classes apart ({probe:0.000} where chance is {chance:0.000}{(noBetter ? Text($" and random weights give {evidence.RandomNetworkAccuracy:0.000}") : "")}): all layers have to learn from the start"));
        return (TrainingStrategy.TwoStage, Text($"{n:0} images a class and features that fit ({probe:0.000} where chance is {chance:0.000}): the head first, then all layers"));
    }

    private void Batch()
    {
        int batch = Math.Min(ReferenceBatch, _data.TrainImages);
        Set("--batch", $"{batch}", batch == ReferenceBatch ? "batch norm's statistics want no fewer images, and more would leave fewer steps" : "all images in one step", o => o with { Batch = batch });
    }

    private void Epochs()
    {
        if (Options.Strategy == TrainingStrategy.FewShot) return;
        bool head = Options.Strategy == TrainingStrategy.Head, scratch = Options.Weights is null;
        int perEpoch = StepBudget.Of("", 1, Options, _data.TrainImages).StepsPerEpoch;
        if (head || Options.Strategy is TrainingStrategy.TwoStage or TrainingStrategy.Gradual)
        {
            int epochs = Math.Clamp((HeadSteps + perEpoch - 1) / perEpoch, 20, 200);
            string reason = Text($"{epochs * perEpoch} steps of the head; on features that are computed once they cost almost nothing");
            if (head) Set("--epochs", $"{epochs}", reason, o => o with { Epochs = epochs });
            else Set("--head-epochs", $"{epochs}", reason, o => o with { HeadEpochs = epochs });
            if (head) return;
        }
        int wanted = scratch ? ScratchSteps : FineTuningSteps, most = scratch ? MostScratchEpochs : MostEpochs;
        int all = Math.Clamp((wanted + perEpoch - 1) / perEpoch, LeastEpochs, most);
        Set("--epochs", $"{all}", Text($"{perEpoch} steps an epoch make {all * perEpoch} steps; {wanted} or {LeastEpochs} epochs are enough for all layers {(scratch ? "to begin" : "to settle")}"), o => o with { Epochs = all });
    }

    private void Rates()
    {
        if (Options.Strategy == TrainingStrategy.FewShot) return;
        int images = Math.Min(Options.Batch, _data.TrainImages) * Options.Accumulate, steps = Options.Epochs * StepBudget.Of("", 1, Options, _data.TrainImages).StepsPerEpoch;
        bool scratch = Options.Weights is null, staged = Options.Strategy is TrainingStrategy.TwoStage or TrainingStrategy.Gradual;
        double reference = RateCheck.ForBatch((Options.Optimizer == OptimizerKind.Sgd ? ReferenceSgd : ReferenceAdamW) * (scratch ? 10 : 1), ReferenceBatch, images, Options.Optimizer);
        double hurry = staged ? Math.Clamp(FineTuningSteps / (double)steps, 1, MostHurry) : 1;
        // A head that learned on features already has nothing to hurry for.
        if (hurry > 1 && !_given.Contains("--lr"))
            Set("--lr-for", $"fc={Rate(reference)}", "the head has learned already when all layers do", o => o with { LearningRateFor = new Dictionary<string, float> { ["fc"] = (float)reference } });
        string scaled = images == ReferenceBatch ? "" : Text($", scaled from steps of {ReferenceBatch} images to {images}");
        string few = hurry > 1 ? Text($", {hurry:0.#} times as much for there are only {steps} steps") : "";
        Set("--lr", Rate(reference * hurry), Text($"{(Options.Optimizer == OptimizerKind.Sgd ? "SGD" : "AdamW")} {(scratch ? "from random weights" : "on pretrained layers")}{scaled}{few}"),
            o => o with { LearningRate = (float)(reference * hurry) });
    }

    private static string Rate(double rate) => rate.ToString("0.##e0", CultureInfo.InvariantCulture);

    private void Augmentation()
    {
        var (preset, reason) = AugmentationStrength.For(_data.ImagesPerClass, Options.Strategy is TrainingStrategy.Head or TrainingStrategy.FewShot, Options.Weights is null);
        Set("--augment", preset, reason, o => o with { Augment = preset });
    }

    private void Metric()
    {
        var advice = MetricAdvice.For(_data.TrainCounts, _data.Classes);
        Set("--metric", Word(advice.Metric), advice.Reason, o => o with { Metric = advice.Metric });
    }

    private void Set(string flag, string value, string reason, Func<TrainOptions, TrainOptions> apply)
    {
        bool given = _given.Contains(flag);
        if (!given) Options = apply(Options);
        _choices.Add(given ? new PlanChoice(flag, GivenValue(flag), Text($"as you gave it; advised was {value}, for {reason}"), Given: true) : new PlanChoice(flag, value, reason));
    }

    private string GivenValue(string flag) => flag switch
    {
        "--strategy" => Word(Options.Strategy),
        "--batch" => Text($"{Options.Batch}"),
        "--epochs" => Text($"{Options.Epochs}"),
        "--head-epochs" => Text($"{Options.HeadEpochs}"),
        "--lr" => Text($"{Options.LearningRate}"),
        "--lr-for" => string.Join(',', Options.LearningRateFor.Select(part => Text($"{part.Key}={part.Value}"))),
        "--augment" => Options.Augment,
        "--metric" => Word(Options.Metric),
        _ => "",
    };

    internal static string Word<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
