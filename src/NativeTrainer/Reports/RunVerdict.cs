using NativeTrainer.Advice.Audit;
using NativeTrainer.Evaluation;
using NativeTrainer.Training;

namespace NativeTrainer.Reports;

/// <summary>A run in words: its result beside what costs nothing, what limits it, and the next step.</summary>
public sealed class RunVerdict
{
    /// <summary>Points of accuracy that a result may be uncertain by, a gap of losses that is no chance, and a calibration error that people would notice.</summary>
    private const double WideHalf = 0.04, Gap = 0.15, Miscalibrated = 0.05;

    private const int ShownLimits = 3;

    private RunVerdict(string tone, string word, string result, IReadOnlyList<string> baselines, IReadOnlyList<RunLimit> limits)
        => (Tone, Word, Result, Baselines, Limits) = (tone, word, result, baselines, limits);

    /// <summary>good, advice, warning or refusal, as findings are.</summary>
    public string Tone { get; }

    /// <summary>Two or three words.</summary>
    public string Word { get; }

    /// <summary>The accuracy with its interval.</summary>
    public string Result { get; }

    /// <summary>What guessing, and what the head alone, would have reached; a sentence each.</summary>
    public IReadOnlyList<string> Baselines { get; }

    /// <summary>The weightiest first, three at most.</summary>
    public IReadOnlyList<RunLimit> Limits { get; }

    /// <summary>The weightiest limit's step.</summary>
    public string Next => Limits.Count > 0 ? Limits[0].Next : "Nothing stands out. Measure it on pictures of another day or another place: 'nativetrainer evaluate --weights WEIGHTS --data FOLDER'.";

    internal static RunVerdict Of(RunRecord run, ClassificationReport? report)
    {
        if (report is null || report.Set.Count == 0) return new RunVerdict("warning", "No result", "This run has no predictions, so nothing is known of how right it is.", [], []);
        var set = report.Set;
        var accuracy = report["accuracy"];
        var majority = MajorityBaseline.Of([.. report.PerClass.Select(c => (int)c.Count)], set.Classes);
        string result = $"Right on {Percent(accuracy.Value)} of {Amount.Of(set.Count)} validation pictures (95\u00A0% interval {Range(accuracy)}).";
        var baselines = new List<string> { $"Always answering “{majority.Class}” would be right on {Percent(majority.Accuracy)}." };
        if (run.ProbeAccuracy is { } probe) baselines.Add($"A linear classifier on the features of the start weights reached {Percent(probe)} before training.");
        if (run.HeadAccuracy is { } head) baselines.Add($"The head alone, on frozen features, reached {Percent(head)}.");
        string[] marks = [.. run.Best?.Allowed ?? []];
        bool guessing = accuracy.Interval.Low <= majority.Accuracy;
        var limits = Find(run, report, majority, marks, guessing);
        var (tone, word) = marks.Length > 0 ? ("refusal", "Better than the truth") : guessing ? ("warning", "No better than guessing") : limits.Count > 0 ? ("advice", "Works, with limits") : ("good", "Works");
        return new RunVerdict(tone, word, result, baselines, [.. limits.Take(ShownLimits)]);
    }

    private static List<RunLimit> Find(RunRecord run, ClassificationReport report, MajorityBaseline majority, string[] marks, bool guessing)
    {
        var (found, set, accuracy) = (new List<RunLimit>(), report.Set, report["accuracy"]);
        string data = run.Options?.Data ?? "DATA";
        if (marks.Length > 0)
            found.Add(new($"The audit refused this data and was told to let it pass ({string.Join(", ", marks)}): the figures are better than the truth.", $"Divide the data anew and train again: 'nativetrainer split {data} --fix -o split.csv'."));
        if (guessing)
            found.Add(new($"The interval reaches down to what always answering “{majority.Class}” gives ({Percent(majority.Accuracy)}).", $"Look for rates that work, with more epochs: 'nativetrainer lr-find --config {run.In(TrainOptionsFile.Name)}'."));
        if (Unfinished(run)) found.Add(new("The best epoch is the last, and the validation loss was still falling: more epochs may well be better.", $"Train longer: 'nativetrainer train --config {run.In(TrainOptionsFile.Name)} --epochs {2 * run.Options!.Epochs}'."));
        if (run.Best is { } best && double.IsFinite(best.TrainLoss) && best.Validation.Loss - best.TrainLoss > Gap && best.TrainLoss < best.Validation.Loss / 2)
            found.Add(new($"It knows its training pictures better than others: loss {Number(best.TrainLoss)} on them, {Number(best.Validation.Loss)} on validation.", Stronger(run)));
        double half = (accuracy.Interval.High - accuracy.Interval.Low) / 2;
        if (half > WideHalf)
            found.Add(new($"{Amount.Of(set.Count)} validation pictures leave the accuracy uncertain by {Number(100 * half, "0.#")} points either way.", "Validate on more pictures: a smaller difference between two runs says little here."));
        if (Weakest(report, accuracy.Value) is { } weak) found.Add(weak);
        else if (Confused(report) is { } pair) found.Add(pair);
        if (report.Figures.FirstOrDefault(f => f.Key == "ece") is { Value: > Miscalibrated } ece)
            found.Add(new($"Its probabilities are off by {Number(100 * ece.Value, "0.#")} points on average: it is right more or less often than it says.", $"Fit a temperature: 'nativetrainer evaluate --weights {run.In(RunRecord.BestWeights)} --data {data} --split val --fit-temperature'."));
        return found;
    }

    /// <summary>The run could have gone on: a schedule that ends at a rate of 0 has done what it can.</summary>
    private static bool Unfinished(RunRecord run)
    {
        var last = run.Epochs.Where(e => e.Stage == run.Epochs[^1].Stage).TakeLast(3).ToList();
        return run.Options is not null && last.Count == 3 && last[2].Best && last[0].Validation.Loss > last[1].Validation.Loss && last[1].Validation.Loss > last[2].Validation.Loss
            && last[1].Validation.Loss - last[2].Validation.Loss > 0.02 * last[2].Validation.Loss;
    }

    private static string Stronger(RunRecord run)
    {
        string config = run.In(TrainOptionsFile.Name);
        return run.Options?.Augment switch
        {
            null => "More pictures help most; stronger augmentation is next.",
            { } spec when spec.StartsWith("none", StringComparison.Ordinal) || spec.StartsWith("light", StringComparison.Ordinal)
                => $"More pictures help most; without them, stronger augmentation: 'nativetrainer train --config {config} --augment medium'.",
            _ => $"More pictures help most; without them, fewer layers that learn, such as 'nativetrainer train --config {config} --freeze conv1,layer1,layer2'.",
        };
    }

    /// <summary>A class that is found surely less often than pictures are right.</summary>
    private static RunLimit? Weakest(ClassificationReport report, double accuracy)
    {
        var weakest = report.PerClass.Where(c => c.Count > 0 && c.RecallInterval.High < accuracy).MinBy(c => c.Recall);
        if (weakest is null) return null;
        var taken = report.MostConfused(int.MaxValue).FirstOrDefault(pair => pair.Truth == weakest.Name);
        string @as = taken is null ? "" : $", most often taken for “{taken.Predicted}” ({Amount.Of(taken.Count)} times)";
        return new($"“{weakest.Name}” is found only {Percent(weakest.Recall)} of the time{@as}.", $"Look at the mistakes of “{weakest.Name}” below: if the labels are right, it needs more or more varied pictures.");
    }

    /// <summary>A pair that makes a large part of all mistakes.</summary>
    private static RunLimit? Confused(ClassificationReport report)
    {
        var pairs = report.MostConfused(int.MaxValue);
        int all = pairs.Sum(pair => pair.Count);
        if (report.Set.Classes.Count < 3 || pairs.Count < 2 || pairs[0].Count < 4 || pairs[0].Count < 0.25 * all) return null;
        return new($"{Amount.Of(pairs[0].Count)} of {Amount.Of(all)} mistakes are “{pairs[0].Truth}” taken for “{pairs[0].Predicted}”.",
            $"Look at these pictures below: wrong labels, or more pictures that tell “{pairs[0].Truth}” from “{pairs[0].Predicted}”.");
    }

    internal static string Percent(double share) => Amount.Number(100 * share, "0.0") + "\u00A0%";

    internal static string Range(Figure figure) => figure.Interval.IsDefined ? $"{Amount.Number(100 * figure.Interval.Low, "0.0")} to {Amount.Number(100 * figure.Interval.High, "0.0")}\u00A0%" : figure.Note ?? "not known";

    private static string Number(double value, string format = "0.00") => Amount.Number(value, format);
}
