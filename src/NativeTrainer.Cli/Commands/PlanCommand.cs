using System.CommandLine;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Cli.Progress;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>plan</c>: how to train on this data, and what it will take.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("plan", "Look at data and weights, say how to train and why, and measure what it will take; train --auto does it.",
            "nativetrainer plan photos --weights resnet50.safetensors",
            "nativetrainer plan photos --weights resnet50.safetensors --size 160 --strategy full",
            "nativetrainer plan photos --weights resnet50.safetensors --json");
        var path = new Argument<string?>("DATA") { Description = "As --data of train.", Arity = ArgumentArity.ZeroOrOne };
        command.Add(path);
        var flags = new TrainFlags(command, withOut: false);
        var json = JsonFlag.Make();
        command.Add(json);
        command.SetAction(parsed =>
        {
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var options = flags.Read(parsed);
            if (parsed.GetValue(path) is string data) options = options.Data == "" ? options with { Data = data } : throw new UserException($"the data is given twice: {data} and --data {options.Data}; give it once");
            var plan = Make(options, flags.Given(parsed), log);
            if (parsed.GetValue(json))
            {
                JsonResults.WriteTo(output, PlanJson.Of(plan));
                return ExitCode.Done;
            }
            PlanReport.Write(output, plan);
            output.WriteLine();
            output.WriteLine($"{"next",-14}{PlanReport.Command(plan)}");
            return ExitCode.Done;
        });
        return command;
    }

    /// <param name="given">Flags that the user decided.</param>
    internal static RunPlan Make(TrainOptions options, IEnumerable<string> given, TextWriter log)
    {
        using var interrupt = new Interrupt(note => log.WriteLine($"note: {note}"));
        return Planner.Plan(new PlanOptions { Training = options, Given = given.ToHashSet() }, note => log.WriteLine($"note: {note}"), interrupt.Token);
    }
}
