using System.CommandLine;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Drawing;
using NativeTrainer.Cli.Output;
using NativeTrainer.Cli.Progress;
using NativeTrainer.Imaging;
using NativeTrainer.Training;
using Spectre.Console;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>train</c>: a run from options, or the continuation of one.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("train", "Fine-tune a network on your photos; best and last weights, metrics and plots go to a run folder.",
            "nativetrainer train --data photos --weights resnet50.safetensors",
            "nativetrainer train --data photos --weights resnet50.safetensors --strategy head --size 160 --epochs 12",
            "nativetrainer train --data photos.csv --weights resnet50.safetensors --freeze conv1,layer1 --lr-for layer4=1e-3,fc=1e-2 --augment medium",
            "nativetrainer train --data photos --weights resnet50.safetensors --auto --epochs 12",
            "nativetrainer train --data instances.json --crop-boxes 0.1 --weights resnet50.safetensors",
            "nativetrainer train --data photos --model resnet18 --epochs 60 --schedule one-cycle",
            "nativetrainer train --data photos --weights resnet50.safetensors --fix runs/photos-audit/audit.csv",
            "nativetrainer train --data photos --weights resnet18.safetensors --strategy full --teacher runs/photos-1/best.safetensors",
            "nativetrainer train --data photos --weights resnet50.safetensors --epochs 12 --swa 3",
            "nativetrainer train --resume runs/photos-1",
            "nativetrainer train --config runs/photos-1/options.json --seed 2");
        var flags = new TrainFlags(command);
        var resume = Options.Text("--resume", "RUN", "Continue the run in this folder where it was saved, with its own options.");
        var auto = Options.Switch("--auto", "Follow the plan (see the command plan) in all that no other flag decides; plan.json in the run folder keeps each choice with its reason.");
        var json = JsonFlag.Make();
        var measure = PlanCommand.RatesFlag();
        measure.Description = $"With --auto: {measure.Description}";
        command.Add(auto);
        command.Add(measure);
        command.Add(resume);
        command.Add(json);
        command.SetAction(parsed =>
        {
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (parsed.GetValue(measure) && !parsed.GetValue(auto)) throw new UserException("--lr-find is a part of --auto; give both, or use the command lr-find");
            var given = parsed.GetValue(auto) ? flags.Given(parsed).Append("--auto") : flags.Given(parsed);
            var result = parsed.GetValue(resume) is string run ? Resume(run, given, log) : parsed.GetValue(auto) ? Planned(flags.Read(parsed), given, parsed.GetValue(measure), log) : Train(flags.Read(parsed), log);
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, TrainJson.Of(result));
            else RunReport.Write(output, result);
            return Conclude(result, log);
        });
        return command;
    }

    /// <summary>One run with its progress and plots.</summary>
    internal static TrainResult Train(TrainOptions options, TextWriter log) => Observed(log, (observer, stop) => Trainer.Train(options, observer, stop));

    private static TrainResult Planned(TrainOptions options, IEnumerable<string> given, bool measureRates, TextWriter log)
    {
        if (given.Contains("--config")) throw new UserException("--auto chooses what --config decides already; give one of them");
        var plan = PlanCommand.Make(options, given, measureRates, log);
        PlanReport.WriteChoices(log, plan);
        return Observed(log, (observer, stop) => Trainer.Train(plan, new ObserverList(new PlanRecorder(plan), observer), stop));
    }

    private static TrainResult Resume(string run, IEnumerable<string> given, TextWriter log)
    {
        if (given.FirstOrDefault() is string flag)
            throw new UserException($"--resume continues {run} with its own options; drop {flag}, or start a new run with --config {Path.Combine(run, TrainOptionsFile.Name)}");
        return Observed(log, (observer, stop) => Trainer.Resume(run, observer, stop));
    }

    private static TrainResult Observed(TextWriter log, Func<ITrainingObserver, CancellationToken, TrainResult> run)
    {
        TrainResult result;
        var best = new BestPredictions();
        if (ReferenceEquals(log, Console.Error) && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb")
        {
            var live = new LiveProgress(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(log) }));
            using var interrupt = new Interrupt(live.OnNote);
            result = live.Show(() => run(new ObserverList(best, live), interrupt.Token));
        }
        else
        {
            var plain = new PlainProgress(log);
            using var interrupt = new Interrupt(plain.OnNote);
            result = run(new ObserverList(best, plain), interrupt.Token);
        }
        RunPlots.Draw(result, best.Images);
        return result;
    }

    private static int Conclude(TrainResult result, TextWriter log)
    {
        if (result.Diverged is string reason)
        {
            log.WriteLine($"error: {reason}; {(RunReport.BestWeights(result) is string weights ? $"the best weights so far are in {weights}" : "no epoch was finished, so there are no weights to keep")}");
            return ExitCode.Diverged;
        }
        if (!result.Interrupted) return ExitCode.Done;
        log.WriteLine($"interrupted and saved; continue with: nativetrainer train --resume {Units.Shell(result.RunFolder)}");
        return ExitCode.Interrupted;
    }
}
