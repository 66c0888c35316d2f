using NativeTrainer.Advice.Planning;
using NativeTrainer.Training;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Output;

/// <summary>A plan for people.</summary>
internal static class PlanReport
{
    public static void Write(TextWriter output, RunPlan plan)
    {
        var (data, needs) = (plan.Data, plan.Needs);
        output.WriteLine(Invariant($"{"data",-14}{Plural(data.TrainImages, "image")} of {Plural(data.Classes.Count, "class")} to learn from ({data.TrainCounts.Min()} to {data.TrainCounts.Max()} a class), {data.ValidationImages} to validate"));
        if (Evidence(plan.Evidence) is { Length: > 0 } evidence) output.WriteLine(Invariant($"{"features",-14}{evidence}; the largest class alone has {data.Chance:0.000}"));
        output.WriteLine();
        foreach (var choice in plan.Choices) output.WriteLine($"{choice.Option,-14}{choice.Value,-18}{choice.Reason}");
        output.WriteLine();
        output.WriteLine($"{"stage",-14}{"epochs",8}{"steps",8}{"learns",12}{"an epoch",12}{"images/s",10}  bound by");
        foreach (var stage in needs.Stages)
            output.WriteLine(Invariant($"{stage.Name,-14}{stage.Epochs,8}{stage.Steps,8}{Count(stage.TrainedParameters),12}{Time(TimeSpan.FromSeconds(stage.SecondsPerEpoch)),12}{stage.ImagesPerSecond,10:0.0}  {stage.Bound.ToString().ToLowerInvariant()}"));
        output.WriteLine();
        output.WriteLine($"{"time",-14}{Time(TimeSpan.FromSeconds(needs.Seconds))}: decoding {Seconds(needs.DecodeSeconds)}, {(needs.FeatureSeconds > 0 ? $"features {Seconds(needs.FeatureSeconds)}, " : "")}validation {Seconds(needs.ValidationSeconds)} an epoch");
        output.WriteLine($"{"memory",-14}{Bytes(needs.PeakMemoryBytes)} for the network, up to {Bytes(needs.CacheBytes)} for decoded pictures");
        output.WriteLine($"{"disk",-14}up to {Bytes(needs.DiskBytes)} in the run folder");
        output.WriteLine($"{"device",-14}{needs.Device}; {needs.Model}, {Count(needs.TotalParameters)} parameters");
        foreach (string note in plan.Notes) output.WriteLine($"{"note",-14}{note}");
        if (plan.Findings.Count > 0) output.WriteLine();
        foreach (string line in plan.Findings.SelectMany(AuditText.Lines)) output.WriteLine(line);
    }

    /// <summary>The choices alone, for a run that follows them.</summary>
    public static void WriteChoices(TextWriter output, RunPlan plan)
    {
        foreach (var choice in plan.Choices) output.WriteLine($"plan: {choice.Option} {choice.Value}: {choice.Reason}");
        foreach (string note in plan.Notes) output.WriteLine($"plan: {note}");
        output.WriteLine($"plan: {Time(TimeSpan.FromSeconds(plan.Needs.Seconds))} in all");
    }

    /// <summary>Flags that <see cref="Command"/> says itself.</summary>
    public static IReadOnlySet<string> Said(RunPlan plan) => plan.Choices.Select(choice => choice.Option).Concat(["--data", "--weights", "--model", "--size"]).ToHashSet();

    /// <summary>The command line that the plan stands for.</summary>
    /// <param name="more">Flags of the user's that the plan has no say in.</param>
    public static string Command(RunPlan plan, IEnumerable<string> more)
        => $"nativetrainer train --data {Shell(plan.Options.Data)}{(plan.Options.Weights is string weights ? $" --weights {Shell(weights)}" : $" --model {plan.Options.Model}")}{(plan.Options.Size > 0 ? $" --size {plan.Options.Size}" : "")} {string.Join(' ', plan.Choices.Select(choice => $"{choice.Option} {choice.Value}").Concat(more))}";

    private static string Evidence(TransferEvidence evidence)
    {
        var parts = new List<string>();
        void Add(double? value, string text)
        {
            if (value is double known) parts.Add(Invariant($"{text} {known:0.000}"));
        }
        Add(evidence.LinearProbeAccuracy, "linear probe");
        Add(evidence.KnnAccuracy, "nearest neighbours");
        Add(evidence.RandomNetworkAccuracy, "random network");
        Add(evidence.GainOfDoubling, "twice the images would add");
        return string.Join(", ", parts);
    }

    private static string Seconds(double seconds) => Time(TimeSpan.FromSeconds(seconds));
}
