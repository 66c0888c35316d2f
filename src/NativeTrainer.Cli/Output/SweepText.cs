using NativeTrainer.Training.Sweep;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Output;

/// <summary>A sweep for people: one table and its verdict.</summary>
internal static class SweepText
{
    /// <summary>What each arm is judged on.</summary>
    public static string Division(SweepRecord record) => record.Folds > 1 ? $"{record.Division} ({Plural(record.JudgedImages, "image")})" : record.Division;

    public static void Write(TextWriter output, SweepRecord record, string folder)
    {
        int width = Math.Max(record.Rows.Max(row => row.Arm.Length), 5) + 2;
        output.WriteLine($"{Plural(record.TrainImages, "image")} of {Plural(record.Classes.Count, "class")} to learn from; {Division(record)}; after the last epoch of each run");
        output.WriteLine();
        output.WriteLine($"  {"arm".PadRight(width)}{"epochs",6}{"accuracy",10}{"95 %",15}{"macro F1",10}{"log loss",10}{"to the best, points",26}{"p",9}{"time",9}{"learns",9}{"memory",10}{"weights",9}");
        foreach (var row in record.Rows)
        {
            string name = $"  {row.Arm.PadRight(width)}{row.Epochs,6}";
            if (double.IsNaN(row.Accuracy))
            {
                output.WriteLine($"{name}  {row.State.ToString().ToLowerInvariant()}: {row.Note}");
                continue;
            }
            bool best = row.Arm == record.Verdict!.Arm;
            string difference = best ? "" : Invariant($"{100 * row.Difference:+0.0;-0.0;0.0}{(double.IsNaN(row.DifferenceLow) ? "" : Invariant($" ({100 * row.DifferenceLow:+0.0;-0.0;0.0} to {100 * row.DifferenceHigh:+0.0;-0.0;0.0})"))}");
            output.WriteLine(Invariant($"{name}{row.Accuracy,10:0.000}{Invariant($"{row.Low:0.000}–{row.High:0.000}"),15}{row.MacroF1,10:0.000}{row.LogLoss,10:0.000}{difference,26}{(best ? "" : row.P < 0.001 ? "< 0.001" : Invariant($"{row.P:0.000}")),9}{Time(TimeSpan.FromSeconds(row.Seconds)),9}{Count(row.TrainedParameters),9}{Bytes(row.PeakMemoryBytes),10}{Bytes(row.WeightsBytes),9}{(row.Note is string note ? $"  {note}" : "")}"));
        }
        output.WriteLine();
        output.WriteLine(record.Verdict!.Text);
        output.WriteLine();
        output.WriteLine($"{"time",-12}{Time(TimeSpan.FromSeconds(record.SpentSeconds))} in all{(record.BudgetSeconds > 0 ? $" of {Time(TimeSpan.FromSeconds(record.BudgetSeconds))}" : "")}, {Time(TimeSpan.FromSeconds(record.PreparationSeconds))} of it for decoding, features and the probe");
        output.WriteLine($"{"folder",-12}{folder} (sweep.csv, sweep.json; a run folder for each run)");
        string weights = Path.Combine(folder, SweepRecord.WeightsName);
        output.WriteLine($"{"weights",-12}{weights}");
        output.WriteLine($"{"next",-12}nativetrainer predict --weights {Shell(weights)} PHOTO…");
    }
}
