using System.CommandLine;
using System.Globalization;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Cli.Progress;
using NativeTrainer.Imaging;
using NativeTrainer.Training;
using NativeTrainer.Training.Sweep;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>sweep</c>: ways to train side by side, within a budget.</summary>
internal static class SweepCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("sweep", "Try ways to train on your data within a budget of time, and say which wins and whether by more than chance.",
            "nativetrainer sweep photos --weights resnet50.safetensors --budget 30m",
            "nativetrainer sweep photos --weights resnet50.safetensors --size 160 --per-class 20 --budget 15m --out runs/twenty",
            "nativetrainer sweep photos --weights resnet50.safetensors --strategies head,two-stage,full --lr 0.002,0.005,0.01",
            "nativetrainer sweep photos --weights resnet50.safetensors --budget 2h --folds 5 --json");
        var path = new Argument<string?>("DATA") { Description = "As --data of train.", Arity = ArgumentArity.ZeroOrOne };
        command.Add(path);
        var strategies = Options.List("--strategies", "NAME,…", $"What to try: {string.Join(", ", SweepStrategies.All)} (the head, then the last stage with it is last-stage). [default: all]");
        var rates = Options.Numbers("--lr", "RATE,…", "Peak rates to try with each strategy. [default: the rule's]");
        var budget = Options.Duration("--budget", "Time for all of it, such as 90s, 30m or 2h; no epoch begins after it. [default: no limit]");
        var perClass = Options.Integer("--per-class", "N", "Only N training images of each class, drawn by seed. [default: all]");
        var folds = Options.Integer("--folds", "N", $"Folds of cross-validation; 1 judges on the validation part. [default: {SweepDefaults.Folds} where that has fewer than {SweepDefaults.EnoughToTell} images, else 1]");
        var to = Options.Text("--out", "FOLDER", "The sweep's folder, where the same command goes on. [default: runs/DATA-sweep]", "-o");
        foreach (Option option in (Option[])[strategies, rates, budget, perClass, folds, to]) command.Add(option);
        var flags = new TrainFlags(command, withOut: false, except: ["--strategy", "--few-shot-head", "--lr", "--lr-for", "--epochs", "--freeze", "--train-only", "--save-every", "--patience", "--unfreeze", "--unfreeze-patience"]);
        var json = JsonFlag.Make();
        command.Add(json);
        command.SetAction(parsed =>
        {
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var training = flags.Read(parsed);
            if (parsed.GetValue(path) is string data) training = training.Data == "" ? training with { Data = data } : throw new UserException($"the data is given twice: {data} and --data {training.Data}; give it once");
            if (training.Data == "") throw new UserException("DATA is needed: a folder with one folder per class, or a CSV file with path,label");
            string folder = parsed.GetValue(to) ?? Path.Combine("runs", $"{Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(training.Data)))}-sweep");
            using var interrupt = new Interrupt(note => log.WriteLine($"note: {note}"));
            var record = SweepRunner.Run(new SweepOptions
            {
                Training = training with { Out = null },
                Given = flags.Given(parsed).ToHashSet(),
                Strategies = parsed.GetValue(strategies) ?? [],
                Rates = parsed.GetValue(rates) ?? [],
                Budget = parsed.GetValue(budget),
                PerClass = parsed.GetValue(perClass),
                Folds = parsed.GetValue(folds),
                Out = folder,
            }, new SweepProgress(log), interrupt.Token);
            if (parsed.GetValue(json)) output.WriteLine(SweepRecord.Format(record, indented: false));
            else if (record.Finished) SweepText.Write(output, record, folder);
            if (record.Finished) return ExitCode.Done;
            log.WriteLine($"interrupted and saved; the same command goes on from {Units.Shell(folder)}");
            return ExitCode.Interrupted;
        });
        return command;
    }
}
