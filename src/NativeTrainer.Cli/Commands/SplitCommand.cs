using System.CommandLine;
using NativeTrainer.Advice.Duplicates;
using NativeTrainer.Advice.Splits;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Imaging;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>split</c>: a division into train, val and test that copies, series and groups do not straddle.</summary>
internal static class SplitCommand
{
    private const int MovesShown = 10;

    public static Command Create()
    {
        var command = new ExampleCommand("split", "Divide pictures into train, val and test so that copies, series of shots and groups stay together; the originals stay where they are.",
            "nativetrainer split photos -o photos.csv",
            "nativetrainer split photos --fix -o photos.csv",
            "nativetrainer split photos --val-fraction 0.15 --test-fraction 0.15 --weights resnet50.safetensors -o photos.csv");
        var data = new Argument<string>("DATA") { Description = "As for train --data." };
        var fix = Options.Switch("--fix", "Mend the split that there is, moving as few pictures as possible. [default: divide anew]");
        var file = Options.Text("--output", "FILE", "The CSV to write, which train --data takes. [default: DATA-split.csv beside DATA]", "-o");
        var weights = Options.Text("--weights", "FILE", "Weights whose features help to find copies.", "-w");
        var apply = Options.Text("--apply", "FILE", "Apply the drops and relabels of an audit.csv that you have edited.");
        var validation = Options.Number("--val-fraction", "SHARE", "Of each class, where it is divided anew. [default: 0.2]");
        var test = Options.Number("--test-fraction", "SHARE", "Of each class, where it is divided anew. [default: 0]");
        var seed = Options.Seed("--seed", "Another seed chooses other pictures. [default: 1]");
        var (threads, json) = (Options.Integer("--threads", "N", "Threads. [default: all processors]"), JsonFlag.Make());
        command.Add(data);
        foreach (Option option in (Option[])[fix, file, weights, apply, validation, test, seed, threads, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(data)!;
            var defaults = new LeakFreeSplitOptions { Data = path };
            var options = defaults with
            {
                Fix = parsed.GetValue(fix),
                Weights = parsed.GetValue(weights),
                Corrections = parsed.GetValue(apply),
                ValidationFraction = parsed.Given(validation) ? parsed.GetValue(validation) : defaults.ValidationFraction,
                TestFraction = parsed.Given(test) ? parsed.GetValue(test) : defaults.TestFraction,
                Seed = parsed.Given(seed) ? parsed.GetValue(seed) : defaults.Seed,
                Threads = parsed.GetValue(threads),
            };
            if (options.Threads < 0) throw new UserException($"--threads {options.Threads} is out of range; it takes 1 or more");
            string to = parsed.GetValue(file) ?? DefaultFile(path);
            if (!to.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)) throw new UserException($"--output {to} is no .csv file; train --data would not take it");
            var result = LeakFreeSplit.Make(options);
            result.Manifest.Write(to);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, SplitJson.Of(result, to));
            else Write(output, result, to);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(TextWriter output, LeakFreeSplitResult result, string file)
    {
        var manifest = result.Manifest;
        int copies = result.Duplicates.Groups.Sum(group => group.Members.Count);
        if (copies > 0) output.WriteLine($"{Units.Plural(copies, "picture")} in {Units.Plural(result.Duplicates.Groups.Count, "group")} of copies, each in one part now");
        if (result.Series.Count > 0) output.WriteLine($"{result.Series.Count} series of shots, folders and groups, each in one part now");
        if (result.Mended) output.WriteLine(result.Moves.Count == 0 ? "nothing straddled the split: it is as it was" : $"{Units.Plural(result.Moves.Count, "picture")} moved:");
        foreach (var move in result.Moves.Take(MovesShown))
            output.WriteLine($"  {manifest.Samples[move.Index].Path}  {Word(move.From)} → {Word(move.To)}  ({move.Group})");
        if (result.Moves.Count > MovesShown) output.WriteLine($"  … and {result.Moves.Count - MovesShown} more, in the file");
        output.WriteLine();
        int width = Math.Max(manifest.Classes.Max(name => name.Length), 5) + 2;
        output.WriteLine($"  {"class".PadRight(width)}{"train",7}{"val",7}{"test",7}");
        for (int c = 0; c < manifest.Classes.Count; c++)
            output.WriteLine($"  {manifest.Classes[c].PadRight(width)}{manifest.Count(SplitName.Train, c),7}{manifest.Count(SplitName.Val, c),7}{manifest.Count(SplitName.Test, c),7}");
        output.WriteLine();
        output.WriteLine($"{"written",-12}{file}");
        output.WriteLine($"{"next",-12}nativetrainer train --data {Units.Shell(file)} --weights FILE");
    }

    private static string Word(SplitName split) => split.ToString().ToLowerInvariant();

    private static string DefaultFile(string data)
    {
        string path = Path.TrimEndingDirectorySeparator(data);
        return Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileNameWithoutExtension(path) + "-split.csv");
    }
}
