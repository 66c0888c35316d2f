using System.CommandLine;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Reports;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>compare</c>: runs side by side.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("compare", "Put runs side by side: options that differ, figures with intervals, whether they differ by more than chance; and compare.html with their curves.",
            "nativetrainer compare runs/photos-1 runs/photos-2",
            "nativetrainer compare runs/photos-* --out photos.html",
            "nativetrainer compare runs/photos-1 runs/photos-2 --json");
        var runs = new Argument<string[]>("RUN") { Description = "Run folders, two or more.", Arity = ArgumentArity.OneOrMore };
        var file = Options.Text("--out", "FILE", $"The page. [default: {ComparisonPage.FileName}]", "-o");
        var (threads, json) = (Options.Integer("--threads", "N", "Threads; the result does not depend on them. [default: all processors]"), JsonFlag.Make());
        command.Add(runs);
        foreach (Option option in (Option[])[file, threads, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            var comparison = RunComparison.Of(parsed.GetValue(runs)!, Math.Max(0, parsed.GetValue(threads)));
            string path = parsed.GetValue(file) ?? ComparisonPage.FileName;
            ComparisonPage.Write(comparison, path);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, CompareJson.Of(comparison, path));
            else CompareText.Write(output, comparison, path);
            return ExitCode.Done;
        });
        return command;
    }
}
