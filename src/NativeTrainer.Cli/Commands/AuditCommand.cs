using System.CommandLine;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Report;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Imaging;
using Spectre.Console;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>audit</c>: what is wrong with a data set, before a network finds out.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("audit", "Look for what would spoil a training: leaks between splits, damaged files, too little data, unequal classes; with weights also wrong labels, classes poorly covered, and whether weights, strategy and augmentation fit.",
            "nativetrainer audit photos",
            "nativetrainer audit photos --weights resnet50.safetensors",
            "nativetrainer audit photos --out report --fail-on warning",
            "nativetrainer audit photos --only leakage --json",
            "nativetrainer audit photos --fix runs/photos-audit/audit.csv --out checked",
            "nativetrainer audit --explain NT102");
        var data = new Argument<string?>("DATA") { Description = "As for train --data: a folder or a CSV.", Arity = ArgumentArity.ZeroOrOne };
        var weights = Options.Text("--weights", "FILE", "Weights that you would start from: their features show copies, wrong labels, what more data would buy, and how far they fit.", "-w");
        var size = Options.Integer("--size", "PIXELS", "Side at which the weights look at pictures; smaller is faster. [default: the weights']");
        var production = Options.Text("--production", "FOLDER", "Unlabelled pictures as the network will meet them.");
        var folder = Options.Text("--out", "FOLDER", "Where audit.html, audit.json and audit.csv go. [default: runs/DATA-audit]", "-o");
        var only = Options.List("--only", "CODE,…", "Look for these findings alone: codes, names, groups such as leakage, or NT1xx.");
        var allow = AuditFlags.Allow("Findings that neither refuse nor fail: codes, names or groups.");
        var fix = AuditFlags.Fix();
        var failOn = Options.Choice("--fail-on", "The least finding that ends with exit code 3. [default: refusal]", ("warning", Severity.Warning), ("refusal", Severity.Refusal));
        var fraction = Options.Number("--val-fraction", "SHARE", "As for train, where the data has no split. [default: 0.2]");
        var seed = Options.Seed("--seed", "As for train, where the data has no split. [default: 1]");
        var explain = Options.Text("--explain", "CODE", "Print the page of a finding and look at nothing.");
        var (threads, json) = (Options.Integer("--threads", "N", "Files read at the same time. [default: all processors]"), JsonFlag.Make());
        command.Add(data);
        foreach (Option option in (Option[])[weights, size, production, folder, only, allow, fix, failOn, fraction, seed, explain, threads, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (parsed.GetValue(explain) is string code) return ExplainCommand.Explain(output, code);
            string path = parsed.GetValue(data) ?? throw new UserException("DATA is needed: nativetrainer audit photos");
            var defaults = new AuditOptions { Data = path };
            var options = defaults with
            {
                Weights = parsed.GetValue(weights),
                Size = parsed.GetValue(size),
                Production = parsed.GetValue(production),
                Fix = parsed.GetValue(fix),
                Only = parsed.GetValue(only) ?? [],
                Allow = parsed.GetValue(allow) ?? [],
                ValidationFraction = parsed.Given(fraction) ? parsed.GetValue(fraction) : defaults.ValidationFraction,
                Seed = parsed.Given(seed) ? parsed.GetValue(seed) : defaults.Seed,
                Threads = parsed.GetValue(threads),
            };
            if (options.Threads < 0) throw new UserException($"--threads {options.Threads} is out of range; it takes 1 or more");
            if (options.Size < 0) throw new UserException($"--size {options.Size} is out of range; it takes 1 or more");
            var report = Observed(options, log);
            string to = parsed.GetValue(folder) ?? DefaultFolder(path);
            AuditFiles.Write(report, to);
            if (parsed.GetValue(json)) output.WriteLine(AuditJson.Format(report, indented: false));
            else AuditTable.Write(output, report, to);
            var least = parsed.Given(failOn) ? parsed.GetValue(failOn) : Severity.Refusal;
            return report.CountFrom(least) > 0 ? ExitCode.DataRefused : ExitCode.Done;
        });
        return command;
    }

    private static AuditReport Observed(AuditOptions options, TextWriter log)
    {
        if (!ReferenceEquals(log, Console.Error) || Console.IsErrorRedirected || Environment.GetEnvironmentVariable("TERM") == "dumb") return DatasetAudit.Run(options);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(log) });
        return console.Progress().AutoClear(true).Start(bars =>
        {
            var bar = bars.AddTask("reading files");
            return DatasetAudit.Run(options, at =>
            {
                bar.Description = at.Step;
                bar.MaxValue = at.Total;
                bar.Value = at.Done;
            });
        });
    }

    private static string DefaultFolder(string data) => Path.Combine("runs", Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(data))) + "-audit");
}
