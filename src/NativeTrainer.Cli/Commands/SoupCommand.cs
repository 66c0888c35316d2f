using System.CommandLine;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Training;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>soup</c>: the average of several runs' weights, where it is better.</summary>
internal static class SoupCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("soup", "Average the weights of several runs from the same start, best first, and keep what does not make the validation figure fall: one network, no slower than each.",
            "nativetrainer soup runs/photos-1 runs/photos-2 runs/photos-3 -o soup.safetensors",
            "nativetrainer soup a.safetensors b.safetensors -o soup.safetensors --data photos/val --metric loss");
        var members = new Argument<string[]>("RUN|FILE") { Description = "Run folders, whose best weights are taken, or weights files.", Arity = ArgumentArity.OneOrMore };
        var to = Options.Text("--output", "OUT", "The safetensors file to write.", "-o");
        to.Required = true;
        var data = Options.Text("--data", "PATH", "Validation pictures, as for evaluate. [default: the first run's]", "-d");
        var metric = Options.Choice("--metric", "What may not fall. [default: accuracy]", ("accuracy", SelectionMetric.Accuracy),
            ("balanced-accuracy", SelectionMetric.BalancedAccuracy), ("macro-f1", SelectionMetric.MacroF1), ("loss", SelectionMetric.Loss));
        var (batch, threads, device, json) = (NetworkFlags.Batch(), MachineFlags.Threads(), MachineFlags.Device(), JsonFlag.Make());
        command.Add(members);
        foreach (Option option in (Option[])[to, data, metric, batch, threads, device, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var result = ModelSoup.Make(new SoupOptions
            {
                Members = parsed.GetValue(members)!,
                Output = parsed.GetValue(to)!,
                Data = parsed.GetValue(data),
                Metric = parsed.GetValue(metric),
                Batch = parsed.GetValue(batch),
                Threads = parsed.GetValue(threads),
                Device = parsed.GetValue(device)!,
            }, log.WriteLine);
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, SoupJson.Of(result));
            else
            {
                output.WriteLine(Units.Invariant($"{"soup",-14}of {result.Members.Count(m => m.Kept)} of {result.Members.Count}: accuracy {result.Metrics.Accuracy:0.000}, loss {result.Metrics.Loss:0.000}; the best alone {result.Members[0].Alone.Accuracy:0.000}, {result.Members[0].Alone.Loss:0.000}"));
                output.WriteLine($"{"written",-14}{result.Output}");
            }
            return ExitCode.Done;
        });
        return command;
    }
}
