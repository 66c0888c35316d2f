using System.Globalization;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.LearningRates;

/// <summary>
/// The usable range of a peak rate without a range test: from the optimizer, the images of a step and the steps there are. Wide on purpose: what it names is far off, and
/// <c>lr-find</c> tells more.
/// </summary>
internal static class RateRule
{
    /// <summary>Images of a step that the usual rates are of.</summary>
    private const int UsualImages = 16;

    private const double UsualMomentum = 0.9;

    /// <summary>
    /// Over the usual rate. Range tests (lr-find, 96 pixels, two sets) saw the loss of head and backbone rise for good at one to seven times it with SGD, two to fourteen with AdamW; runs at four times it trained well.
    /// </summary>
    private const double MostTimes = 10;

    /// <summary>
    /// The usual rate in these steps of a cosine settles a pretrained network; a run whose rates sum up to less than this share of it hardly moves. The range tests above were halfway down at
    /// 0.5 to 3 % of it.
    /// </summary>
    private const double SettlingSteps = Planning.StrategyRule.FineTuningSteps * 0.5, LeastShare = 0.02;

    /// <summary>For large batches, over the usual rate: beyond it proportional growth has no run of ours behind it.</summary>
    private const double MostScaling = 4;

    /// <param name="group">head, backbone.</param>
    /// <param name="rate">The highest peak rate of the group.</param>
    /// <param name="options">Resolved.</param>
    /// <param name="imagesPerStep">Of an optimizer step.</param>
    /// <param name="stages">Those of the run that train the group.</param>
    public static RateFinding Check(string group, double rate, TrainOptions options, int imagesPerStep, IReadOnlyList<StepBudget> stages)
    {
        double usual = Usual(options, group == RateGroup.Head), scaled = RateCheck.ForBatch(usual, UsualImages, imagesPerStep, options.Optimizer);
        double sum = stages.Sum(stage => stage.Steps * stage.MeanFactor), needed = LeastShare * usual * SettlingSteps;
        double low = needed / sum, high = Math.Max(MostTimes * usual, scaled), advised = Math.Min(scaled, MostScaling * usual);
        int steps = stages.Sum(stage => stage.Steps);
        RateFinding Finding(RateVerdict verdict, FormattableString text)
            => new(group, verdict, rate, low, high, steps, text.ToString(CultureInfo.InvariantCulture)) { Advised = advised };
        string optimizer = options.Optimizer == OptimizerKind.Sgd ? "SGD" : "AdamW";
        // Single precision has rounded the rates.
        const double rounding = 1e-3;
        if (rate > high * (1 + rounding))
            return Finding(RateVerdict.TooHigh, $"{group}: rate {rate:0.0e0} is far above what suits {optimizer} in steps of {imagesPerStep} images, {high:0.0e0} at most; {advised:0.0e0} is advised");
        if (rate < Math.Min(low, scaled * (1 - rounding)))
            return Finding(RateVerdict.TooLow, $"{group}: rate {rate:0.0e0} hardly moves anything in {steps} steps of {imagesPerStep} images; {advised:0.0e0} is advised, or {Math.Ceiling(needed / rate * steps / sum):0} steps");
        return Finding(RateVerdict.Usable, $"{group}: rate {rate:0.0e0} is within what {steps} steps can use");
    }

    /// <summary>What runs of this project trained well with (<see cref="ParameterGroups.HeadFactor"/> for the head), for steps of <see cref="UsualImages"/> images.</summary>
    private static double Usual(TrainOptions options, bool head)
    {
        double rate = options.Optimizer == OptimizerKind.Sgd ? 0.005 : 1e-4;
        if (options.Weights is null) rate *= 10;
        else if (head) rate *= ParameterGroups.HeadFactor(options);
        // A momentum of m moves 1/(1−m) as far; single precision's 0.9 is meant as 0.9.
        return options.Optimizer == OptimizerKind.Sgd ? rate * (1 - Math.Round(options.Momentum, 6)) / (1 - UsualMomentum) : rate;
    }
}
