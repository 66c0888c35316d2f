using System.Text.Json.Serialization;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Planning;

/// <summary>One choice of the plan.</summary>
/// <param name="Option">The flag of <c>train</c> that it sets, such as <c>--strategy</c>.</param>
/// <param name="Value">As the flag takes it.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Given">The user chose it, and the plan left it alone.</param>
public sealed record PlanChoice(string Option, string Value, string Reason, bool Given = false);

/// <summary>Size and shape of the data.</summary>
/// <param name="Classes">Names.</param>
/// <param name="TrainCounts">Training images of each class.</param>
/// <param name="ValidationImages">In all.</param>
public sealed record DataShape(IReadOnlyList<string> Classes, IReadOnlyList<int> TrainCounts, int ValidationImages)
{
    public int TrainImages => TrainCounts.Sum();

    public double ImagesPerClass => TrainImages / (double)Classes.Count;

    /// <summary>Share of the largest class.</summary>
    public double Chance => TrainCounts.Max() / (double)TrainImages;
}

/// <summary>What frozen features tell before training; what is not known is null. All accuracies are 0 to 1.</summary>
public sealed record TransferEvidence
{
    /// <summary>k nearest neighbours on the frozen features, each image left out of its own vote.</summary>
    public double? KnnAccuracy { get; init; }

    /// <summary>A linear classifier on the frozen features, on images it did not learn from.</summary>
    public double? LinearProbeAccuracy { get; init; }

    /// <summary>The same by a network of the same architecture with random weights.</summary>
    public double? RandomNetworkAccuracy { get; init; }

    /// <summary>Accuracy that twice the images would add, from the learning curve on frozen features.</summary>
    public double? GainOfDoubling { get; init; }

    public double? ProbeAccuracy => LinearProbeAccuracy ?? KnnAccuracy;
}

/// <summary>What decides how fast a stage goes.</summary>
public enum StageBound
{
    /// <summary>The network's products.</summary>
    Compute,

    /// <summary>Reading, decoding and augmenting pictures.</summary>
    Pictures,
}

/// <summary>What a stage of the run needs.</summary>
/// <param name="Name">head, full, layer4 …</param>
/// <param name="StepsPerEpoch">Optimizer steps.</param>
/// <param name="SecondsPerEpoch">Training only, from a few measured steps; NaN where nothing was measured.</param>
/// <param name="ImagesPerSecond">NaN where nothing was measured.</param>
/// <param name="OnPictures">Not on features that were computed once.</param>
public sealed record StageNeeds(string Name, int Epochs, int StepsPerEpoch, long TrainedParameters, double SecondsPerEpoch, double ImagesPerSecond, StageBound Bound, bool OnPictures)
{
    public int Steps => Epochs * StepsPerEpoch;
}

/// <summary>What the run needs.</summary>
public sealed record RunNeeds
{
    public required string Device { get; init; }

    public required string Model { get; init; }

    public required long TotalParameters { get; init; }

    public required IReadOnlyList<StageNeeds> Stages { get; init; }

    /// <summary>Of the run's arenas, as the run itself will state it.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>Decoded pictures kept in memory, at most.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>Of the run folder, at most.</summary>
    public required long DiskBytes { get; init; }

    /// <summary>Reading and decoding all pictures once.</summary>
    public required double DecodeSeconds { get; init; }

    /// <summary>Features of all pictures, where a stage learns on them; else 0.</summary>
    public required double FeatureSeconds { get; init; }

    /// <summary>After each epoch on pictures.</summary>
    public required double ValidationSeconds { get; init; }

    public int Steps => Stages.Sum(stage => stage.Steps);

    /// <summary>The whole run, without the start of the process.</summary>
    public double Seconds => DecodeSeconds + FeatureSeconds + Stages.Sum(stage => stage.Epochs * (stage.SecondsPerEpoch + (stage.OnPictures ? ValidationSeconds : 0)));
}

/// <summary>What to do and what it takes.</summary>
public sealed record RunPlan
{
    public required IReadOnlyList<PlanChoice> Choices { get; init; }

    /// <summary>What training runs with: the choices in place.</summary>
    public required TrainOptions Options { get; init; }

    public required DataShape Data { get; init; }

    public required TransferEvidence Evidence { get; init; }

    public required RunNeeds Needs { get; init; }

    /// <summary>What is wrong with the choices that the user made.</summary>
    [JsonIgnore]
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>The same for <c>plan.json</c>.</summary>
    [JsonPropertyName("findings")]
    public IReadOnlyList<FindingLine> FindingLines => [.. Findings.Select(FindingLine.Of)];

    /// <summary>What a person should know beside the choices.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
