using NativeTrainer.Graph;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Optimizers;
using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>
/// Splits what a stage trains into groups of one rate and one weight decay: by stage of the network, by the prefixes of
/// <c>--lr-for</c>, and by whether decay applies.
/// </summary>
internal sealed class ParameterGroups
{

    private readonly List<(string Name, float Rate, float Decay)> _groups = [];

    /// <param name="model">With its trainable parameters marked.</param>
    /// <param name="fromScratch">Random weights: one rate for all.</param>
    public ParameterGroups(ResNet model, TrainOptions options, bool fromScratch)
    {
        var segments = new List<ParameterSegment>();
        foreach (var parameter in model.Parameters.Parameters.Where(p => p.Trainable))
        {
            var (name, rate) = RateFor(model, parameter, options, fromScratch);
            var group = (name, rate, parameter.Decays ? options.WeightDecay : 0);
            int index = _groups.IndexOf(group);
            if (index < 0)
            {
                index = _groups.Count;
                _groups.Add(group);
            }
            segments.Add(new ParameterSegment(parameter.Start - model.Parameters.TrainableStart, parameter.Shape.Count, index));
        }
        Segments = [.. segments];
        WeightDecays = [.. _groups.Select(g => g.Decay)];
        LearningRates = new float[_groups.Count];
        HeadGroup = _groups.FindLastIndex(g => g.Decay > 0 || options.WeightDecay == 0);
    }

    /// <summary>Parts of <see cref="ParameterSet.FlatTrainable"/> with their group.</summary>
    public ParameterSegment[] Segments { get; }

    public int Count => _groups.Count;

    public float[] WeightDecays { get; }

    /// <summary>Rates of the present step, by group.</summary>
    public float[] LearningRates { get; }

    /// <summary>The group whose rate stands for the run in progress reports: the last, the head's.</summary>
    public int HeadGroup { get; }

    public void SetFactor(float factor)
    {
        for (int i = 0; i < LearningRates.Length; i++) LearningRates[i] = _groups[i].Rate * factor;
    }

    /// <summary>
    /// A head's rate over the backbone's: a new head that starts beside a trained backbone must move faster. One that learned on cached
    /// features first must not; and SGD on features of a usual length (squared, 200 to 900) is unstable at the rate of a full run's head.
    /// </summary>
    public static float HeadFactor(TrainOptions options) => options.Strategy == TrainingStrategy.Full || options.Optimizer == OptimizerKind.AdamW ? 10 : 1;

    /// <summary>The factor on the rate from a stage to the one before it: layers that thaw late have the most to lose (Howard and Ruder, "Universal language model fine-tuning", ACL 2018).</summary>
    public static float LayerDecay(TrainOptions options) => options.LayerDecay > 0 ? options.LayerDecay : options.Strategy == TrainingStrategy.Gradual ? 0.5f : 1;

    /// <summary>Present rate by name, for logs.</summary>
    public IReadOnlyDictionary<string, float> ByName()
    {
        var rates = new Dictionary<string, float>();
        for (int i = 0; i < _groups.Count; i++) rates.TryAdd(_groups[i].Name, LearningRates[i]);
        return rates;
    }

    /// <summary>Whether <paramref name="prefix"/> names <paramref name="parameter"/>: its stage, its layer or itself. <c>conv1</c> stands for the stem with its norm.</summary>
    public static bool Matches(string prefix, string parameter)
        => parameter.StartsWith(prefix, StringComparison.Ordinal) && (parameter.Length == prefix.Length || parameter[prefix.Length] == '.')
            || (prefix == "conv1" && parameter.StartsWith("bn1.", StringComparison.Ordinal));

    /// <summary>The peak rate that options give a parameter.</summary>
    public static float RateOf(ResNet model, Parameter parameter, TrainOptions options) => RateFor(model, parameter, options, options.Weights is null).Rate;

    /// <exception cref="UserException">A prefix names nothing in the model.</exception>
    public static void RequireKnown(ResNet model, IEnumerable<string> prefixes, string flag)
    {
        foreach (string prefix in prefixes.Where(prefix => !model.Parameters.Parameters.Any(p => Matches(prefix, p.Name))))
            throw new UserException($"{flag}: '{prefix}' is no part of this model; it has {string.Join(", ", model.StageNames)}, or a longer prefix such as layer1.0.conv1");
    }

    private static (string Name, float Rate) RateFor(ResNet model, Parameter parameter, TrainOptions options, bool fromScratch)
    {
        string? prefix = options.LearningRateFor.Keys.Where(p => Matches(p, parameter.Name)).MaxBy(p => p.Length);
        if (prefix is not null) return (prefix, options.LearningRateFor[prefix]);
        float rate = options.LearningRate;
        int stage = model.StageNames.ToList().FindIndex(name => Matches(name, parameter.Name)), head = model.StageNames.Count - 1;
        if (stage == head) return ("fc", fromScratch ? rate : rate * HeadFactor(options));
        return (model.StageNames[stage], rate * MathF.Pow(LayerDecay(options), head - 1 - stage));
    }
}
