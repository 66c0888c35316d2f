using System.CommandLine;
using System.Globalization;
using System.Text;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Drawing;
using NativeTrainer.Cli.Output;
using NativeTrainer.Cli.Progress;
using NativeTrainer.Imaging;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>lr-find</c>: the learning-rate range test.</summary>
internal static class LearningRateCommand
{
    private const string DefaultName = "lr-find";

    public static Command Create()
    {
        var command = new ExampleCommand("lr-find", "Find the learning rates: the loss while the rate grows from step to step, with a picture and a suggestion for head and backbone.",
            "nativetrainer lr-find --data photos --weights resnet50.safetensors",
            "nativetrainer lr-find --data photos --weights resnet50.safetensors --strategy head --steps 200",
            "nativetrainer lr-find --data photos --weights resnet50.safetensors --size 160 --per-layer --out rates",
            "nativetrainer lr-find --config runs/photos-1/options.json --optimizer adamw");
        var flags = new TrainFlags(command, withOut: false);
        var steps = Options.Integer("--steps", "N", "Steps of each test. [default: 60]");
        var perLayer = Options.Switch("--per-layer", "Test each stage of the network by itself, not the backbone as one.");
        var from = Options.Number("--from", "RATE", "First rate. [default: by optimizer and group]");
        var to = Options.Number("--to", "RATE", "Last rate. [default: by optimizer and group]");
        var name = Options.Text("--out", "NAME", $"Write NAME.png and NAME.csv. [default: {DefaultName}]", "-o");
        var json = JsonFlag.Make();
        foreach (Option option in (Option[])[steps, perLayer, from, to, name, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var options = new RangeTestOptions { Training = flags.Read(parsed), PerLayer = parsed.GetValue(perLayer), Low = parsed.GetValue(from), High = parsed.GetValue(to) };
            if (parsed.Given(steps)) options = options with { Steps = parsed.GetValue(steps) };
            string stem = parsed.GetValue(name) ?? DefaultName;
            RequireFolder(stem);
            RangeTestResult result;
            using (var interrupt = new Interrupt(note => log.WriteLine($"note: {note}")))
                result = LearningRateFinder.Run(options, note => log.WriteLine($"note: {note}"), interrupt.Token);
            var rates = RateCheck.Check(result);
            bool given = flags.Given(parsed).Any(flag => flag is "--lr" or "--lr-for" or "--config");
            Finding[] findings = [.. RateFindings.Of(rates, measured: true, given ? Severity.Warning : Severity.Note)];
            RangeTestPicture.Save(stem + ".png", result);
            File.WriteAllText(stem + ".csv", Csv(result));
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, RangeTestJson.Of(result, rates, findings, stem));
            else Write(output, result, rates, findings, stem);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(TextWriter output, RangeTestResult result, IReadOnlyList<RateFinding> rates, IReadOnlyList<Finding> findings, string stem)
    {
        output.WriteLine($"{"group",-10}{"suggested",11}{"usable",18}{"the run's",11}  why");
        for (int i = 0; i < result.Tests.Count; i++)
        {
            var (test, rate) = (result.Tests[i], rates[i]);
            string usable = double.IsFinite(rate.Low) && rate.Low <= rate.High ? $"{Rate(rate.Low)} – {Rate(rate.High)}" : "–";
            output.WriteLine($"{test.Group,-10}{Rate(test.Suggestion.Rate),11}{usable,18}{Rate(test.ConfiguredRate),11}  {test.Suggestion.Reason}");
        }
        output.WriteLine();
        foreach (var finding in findings) output.WriteLine($"{AuditText.Word(finding)}: {finding.Kind}: {finding.Summary} {finding.Advice}");
        if (Flags(result) is { Length: > 0 } flags) output.WriteLine($"{"next",-10}nativetrainer train … {flags}");
        output.WriteLine($"{"picture",-10}{stem}.png");
        output.WriteLine($"{"curves",-10}{stem}.csv");
    }

    /// <summary>The suggestion as flags of <c>train</c>.</summary>
    public static string Flags(RangeTestResult result)
    {
        RangeTest[] found = [.. result.Tests.Where(test => double.IsFinite(test.Suggestion.Rate))];
        if (found is [{ Group: "all" } all]) return $"--lr {Rate(all.Suggestion.Rate)}";
        return found.Length == 0 ? "" : $"--lr-for {string.Join(',', found.SelectMany(test => test.Parts.Select(part => $"{part}={Rate(test.Suggestion.Rate)}")))}";
    }

    private static string Rate(double rate) => double.IsFinite(rate) ? rate.ToString("0.0e0", CultureInfo.InvariantCulture) : "–";

    private static string Csv(RangeTestResult result)
    {
        var text = new StringBuilder("group,step,rate,loss,smoothed\n");
        foreach (var test in result.Tests)
            for (int i = 0; i < test.Points.Count; i++)
                text.Append(CultureInfo.InvariantCulture, $"{test.Group},{i + 1},{test.Points[i].Rate:g6},{test.Points[i].Loss:g6},{test.Points[i].Smoothed:g6}\n");
        return text.ToString();
    }

    private static void RequireFolder(string stem)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(stem))!;
        if (!Directory.Exists(folder)) throw new UserException($"--out {stem}: the folder {folder} does not exist; make it or choose another");
        if (Directory.Exists(stem)) throw new UserException($"--out {stem}: this is a folder; give the name that .png and .csv are added to");
    }
}
