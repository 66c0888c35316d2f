using System.CommandLine;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Drawing;
using NativeTrainer.Cli.Output;
using NativeTrainer.Cli.Progress;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Live;
using NativeTrainer.Reports;
using NativeTrainer.Training;
using Spectre.Console;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>train</c>: a run from options, or the continuation of one.</summary>
internal static class TrainCommand
{
    /// <summary>What a report at the end may take for the training pictures nearest to mistakes: features of all of them.</summary>
    private const double MostSeconds = 3;

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
            "nativetrainer train --data photos --weights resnet50.safetensors --ui",
            "nativetrainer train --resume runs/photos-1",
            "nativetrainer train --config runs/photos-1/options.json --seed 2");
        var flags = new TrainFlags(command);
        var resume = Options.Text("--resume", "RUN", "Continue the run in this folder where it was saved, with its own options.");
        var auto = Options.Switch("--auto", "Follow the plan (see the command plan) in all that no other flag decides; plan.json in the run folder keeps each choice with its reason.");
        var json = JsonFlag.Make();
        var measure = PlanCommand.RatesFlag();
        measure.Description = $"With --auto: {measure.Description}";
        var bare = Options.Switch("--no-report", "Write no report.html at the end.");
        var ui = LiveFlags.Ui();
        command.Add(ui);
        command.Add(auto);
        command.Add(measure);
        command.Add(bare);
        command.Add(resume);
        command.Add(json);
        command.SetAction(parsed =>
        {
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (parsed.GetValue(measure) && !parsed.GetValue(auto)) throw new UserException("--lr-find is a part of --auto; give both, or use the command lr-find");
            var given = parsed.GetValue(auto) ? flags.Given(parsed).Append("--auto") : flags.Given(parsed);
            using var live = parsed.Given(ui) ? new LiveTraining(parsed.GetValue(ui) ?? 0, log) : null;
            var result = parsed.GetValue(resume) is string run ? Resume(run, given, log, live?.Run) : parsed.GetValue(auto) ? Planned(flags.Read(parsed), given, parsed.GetValue(measure), log, live?.Run) : Train(flags.Read(parsed), log, live?.Run);
            if (live is not null) result = live.GoOn(result, folder => Observed(log, (observer, stop) => Trainer.Resume(folder, observer, stop), live.Run));
            string? page = parsed.GetValue(bare) ? null : WritePage(result, log);
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, TrainJson.Of(result, page));
            else RunReport.Write(output, result, page);
            return Conclude(result, log);
        });
        return command;
    }

    /// <summary>One run with its progress and plots.</summary>
    internal static TrainResult Train(TrainOptions options, TextWriter log, LiveRun? page = null) => Observed(log, (observer, stop) => Trainer.Train(options, observer, stop), page);

    /// <summary>report.html of a run that has a best epoch; a page that cannot be written is no reason to fail a run that went well.</summary>
    internal static string? WritePage(TrainResult result, TextWriter log)
    {
        if (result.BestEpoch < 1 || result.Interrupted) return null;
        double seconds = result.Audit.Count(SplitName.Train) / Math.Max(result.ImagesPerSecond, 1e-9);
        try
        {
            RunPage.Write(result.RunFolder, new RunPageOptions { Nearest = seconds <= MostSeconds });
            return Path.Combine(result.RunFolder, RunPage.FileName);
        }
        catch (Exception error) when (error is UserException or DeviceException)
        {
            log.WriteLine($"note: no report: {error.Message}");
            return null;
        }
    }

    private static TrainResult Planned(TrainOptions options, IEnumerable<string> given, bool measureRates, TextWriter log, LiveRun? page)
    {
        if (given.Contains("--config")) throw new UserException("--auto chooses what --config decides already; give one of them");
        var plan = PlanCommand.Make(options, given, measureRates, log);
        PlanReport.WriteChoices(log, plan);
        return Observed(log, (observer, stop) => Trainer.Train(plan, new ObserverList(new PlanRecorder(plan), observer), stop), page);
    }

    private static TrainResult Resume(string run, IEnumerable<string> given, TextWriter log, LiveRun? page)
    {
        if (given.FirstOrDefault() is string flag)
            throw new UserException($"--resume continues {run} with its own options; drop {flag}, or start a new run with --config {Path.Combine(run, TrainOptionsFile.Name)}");
        return Observed(log, (observer, stop) => Trainer.Resume(run, observer, stop), page);
    }

    private static TrainResult Observed(TextWriter log, Func<ITrainingObserver, CancellationToken, TrainResult> run, LiveRun? page)
    {
        TrainResult result;
        var best = new BestPredictions();
        TrainResult Run(ITrainingObserver shown, CancellationToken interrupted)
        {
            if (page is null) return run(new ObserverList(best, shown), interrupted);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(interrupted, page.Stopped);
            return run(new ObserverList(best, shown, page), either.Token);
        }
        if (ReferenceEquals(log, Console.Error) && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb")
        {
            var live = new LiveProgress(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(log) }));
            using var interrupt = new Interrupt(live.OnNote);
            result = live.Show(() => Run(live, interrupt.Token));
        }
        else
        {
            var plain = new PlainProgress(log);
            using var interrupt = new Interrupt(plain.OnNote);
            result = Run(plain, interrupt.Token);
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
