using System.CommandLine;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Cli.Progress;
using NativeTrainer.Imaging;
using NativeTrainer.Reports;
using NativeTrainer.Training;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>plan</c>: how to train on this data, and what it will take.</summary>
internal static class PlanCommand
{
    private const int RangeTestSteps = 40;

    public static Option<bool> RatesFlag() => Options.Switch("--lr-find", "Take the rates from a range test, or check those given; a minute or so more.");

    public static Command Create()
    {
        var command = new ExampleCommand("plan", "Look at data and weights, say how to train and why, and measure what it will take; train --auto does it.",
            "nativetrainer plan photos --weights resnet50.safetensors",
            "nativetrainer plan photos --weights resnet50.safetensors --size 160 --strategy full",
            "nativetrainer plan photos --weights resnet50.safetensors --lr-find",
            "nativetrainer plan photos --weights resnet50.safetensors --html plan.html",
            "nativetrainer plan photos --weights resnet50.safetensors --json");
        var path = new Argument<string?>("DATA") { Description = "As --data of train.", Arity = ArgumentArity.ZeroOrOne };
        command.Add(path);
        var flags = new TrainFlags(command, withOut: false);
        var json = JsonFlag.Make();
        var page = Options.Text("--html", "FILE", "Write the plan there too, as a page to read and keep: one file that opens without a network.");
        var measure = RatesFlag();
        command.Add(measure);
        command.Add(page);
        command.Add(json);
        command.SetAction(parsed =>
        {
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var options = flags.Read(parsed);
            if (parsed.GetValue(path) is string data) options = options.Data == "" ? options with { Data = data } : throw new UserException($"the data is given twice: {data} and --data {options.Data}; give it once");
            var plan = Make(options, flags.Given(parsed), parsed.GetValue(measure), log);
            string train = PlanReport.Command(plan, flags.Typed(parsed, PlanReport.Said(plan)));
            if (parsed.GetValue(page) is string file) PlanPage.Write(file, plan, train);
            if (parsed.GetValue(json))
            {
                JsonResults.WriteTo(output, PlanJson.Of(plan, train));
                return ExitCode.Done;
            }
            PlanReport.Write(output, plan);
            output.WriteLine();
            output.WriteLine($"{"next",-14}{train}");
            return ExitCode.Done;
        });
        return command;
    }

    /// <param name="given">Flags that the user decided.</param>
    /// <param name="measureRates">By a range test.</param>
    internal static RunPlan Make(TrainOptions options, IEnumerable<string> given, bool measureRates, TextWriter log)
    {
        using var interrupt = new Interrupt(note => log.WriteLine($"note: {note}"));
        return Planner.Plan(new PlanOptions { Training = options, Given = given.ToHashSet(), RangeTestSteps = measureRates ? RangeTestSteps : 0 }, note => log.WriteLine($"note: {note}"), interrupt.Token);
    }
}
