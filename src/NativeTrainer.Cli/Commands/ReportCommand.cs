using System.CommandLine;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Reports;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>report</c>: a run's page, or its model card.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("report", "Write report.html into a run's folder: the verdict in words, figures with intervals, the worst mistakes and where the network looked. One file, no network.",
            "nativetrainer report runs/photos-1",
            "nativetrainer report runs/photos-1 --mistakes 40",
            "nativetrainer report runs/photos-1 --card");
        var run = new Argument<string>("RUN") { Description = "A run folder." };
        var card = Options.Switch("--card", "Write README.md instead: a model card as Hugging Face takes it, to lie beside the weights.");
        var mistakes = Options.Integer("--mistakes", "N", "Worst mistakes to show. [default: 12]");
        var plain = Options.Switch("--no-pictures", "Leave out the pictures: quick, and no weights are needed.");
        var (threads, device, json) = (MachineFlags.Threads(), MachineFlags.Device(), JsonFlag.Make());
        command.Add(run);
        foreach (Option option in (Option[])[card, mistakes, plain, threads, device, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            string folder = parsed.GetValue(run)!;
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(card))
            {
                string file = ModelCard.Write(folder, parsed.GetValue(threads));
                if (parsed.GetValue(json)) JsonResults.WriteTo(output, new ReportJson(file, null, null, null, [], null, []));
                else output.WriteLine(file);
                return ExitCode.Done;
            }
            var options = new RunPageOptions { Pictures = !parsed.GetValue(plain), Threads = Math.Max(0, parsed.GetValue(threads)), Device = parsed.Given(device) ? parsed.GetValue(device) : null };
            if (parsed.Given(mistakes)) options = options with { Mistakes = parsed.GetValue(mistakes) is >= 0 and var count ? count : throw new Imaging.UserException($"--mistakes {parsed.GetValue(mistakes)} is out of range; it takes 0 or more") };
            var page = RunPage.Write(folder, options);
            string path = Path.Combine(folder, RunPage.FileName);
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, ReportJson.Of(path, page));
            else ReportText.Write(output, path, page);
            return ExitCode.Done;
        });
        return command;
    }
}
