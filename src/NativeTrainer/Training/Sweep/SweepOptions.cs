namespace NativeTrainer.Training.Sweep;

/// <summary>What a sweep tries.</summary>
public sealed record SweepOptions
{
    /// <summary>Data, weights, size, seed and whatever else all runs share; what is left at its default the rules of <c>plan</c> choose for each run.</summary>
    public required TrainOptions Training { get; init; }

    /// <summary>Flags of <c>train</c> that the user gave, such as <c>--batch</c>; they stay as they are.</summary>
    public IReadOnlySet<string> Given { get; init; } = new HashSet<string>();

    /// <summary>Of <see cref="SweepStrategies.All"/>; empty takes all that the weights have layers for.</summary>
    public IReadOnlyList<string> Strategies { get; init; } = [];

    /// <summary>Peak rates to try with every strategy that takes steps; empty takes the rule's.</summary>
    public IReadOnlyList<float> Rates { get; init; } = [];

    /// <summary>Time for all of it; the epoch in which it ends is finished. Zero sets no limit.</summary>
    public TimeSpan Budget { get; init; }

    /// <summary>Training images of each class, drawn by seed; 0 takes all.</summary>
    public int PerClass { get; init; }

    /// <summary>Folds of cross-validation, 2 to 20; 1 uses the validation part as it is; 0 takes <see cref="SweepDefaults.Folds"/> where that has fewer than <see cref="SweepDefaults.EnoughToTell"/> images.</summary>
    public int Folds { get; init; }

    /// <summary>The sweep's folder, where a second call goes on.</summary>
    public required string Out { get; init; }
}

/// <summary>When a sweep cross-validates by itself.</summary>
public static class SweepDefaults
{
    /// <summary>Fewer images to validate with leave an interval of twenty points: cross-validation then.</summary>
    public const int EnoughToTell = 100;

    public const int Folds = 5;
}

/// <summary>Names of what a sweep tries.</summary>
public static class SweepStrategies
{
    public const string FewShot = "few-shot", Head = "head", LastStage = "last-stage", TwoStage = "two-stage", Gradual = "gradual", Full = "full";

    /// <summary>The cheap ones first. last-stage trains the head and then the last stage of the network with it.</summary>
    public static IReadOnlyList<string> All { get; } = [FewShot, Head, LastStage, TwoStage, Gradual, Full];
}
