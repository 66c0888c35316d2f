using System.CommandLine;
using NativeTrainer.Advice.Features;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Imaging;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>rank-weights</c>: which pretrained weights fit a data set, before any is trained.</summary>
internal static class RankWeightsCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("rank-weights", "Say which weights' frozen features tell your classes apart best, before any is trained.",
            "nativetrainer rank-weights --data photos resnet50.safetensors resnet18.safetensors",
            "nativetrainer rank-weights --data photos --size 160 --json weights/*.safetensors");
        var files = new Argument<string[]>("FILE") { Description = "Weights (.safetensors), first those that you would take: it is said (NT302) where others fit measurably better.", Arity = ArgumentArity.OneOrMore };
        var data = Options.Text("--data", "PATH", "As for train; its training part is looked at.", "-d");
        data.Required = true;
        var seed = Options.Seed("--seed", "Of the cross-validation, and of the split where the data has none. [default: 1]");
        var (size, batch, threads, device, precision, json) = (NetworkFlags.Size(), NetworkFlags.Batch(), MachineFlags.Threads(), MachineFlags.Device(), MachineFlags.Precision(), JsonFlag.Make());
        command.Add(files);
        foreach (Option option in (Option[])[data, size, batch, seed, threads, device, precision, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var options = new FeatureOptions
            {
                Size = parsed.GetValue(size),
                Batch = parsed.GetValue(batch),
                Threads = parsed.GetValue(threads),
                Device = parsed.GetValue(device)!,
                Precision = parsed.GetValue(precision),
            };
            if (options.Batch < 1 || options.Threads < 0) throw new UserException($"--batch {options.Batch} and --threads {options.Threads}: both take 1 or more");
            string[] given = [.. parsed.GetValue(files)!.Distinct()];
            var ranking = WeightsRanking.Of(parsed.GetValue(data)!, given, options, parsed.Given(seed) ? parsed.GetValue(seed) : 1, (file, done, all) =>
            {
                if (done == all) log.WriteLine($"looked at {Units.Plural(all, "picture")} with {file}");
            });
            var better = ranking.Better(given[0]);
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, WeightsRankingJson.Of(ranking, better));
            else Write(output, ranking, better);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(TextWriter output, WeightsRanking ranking, Finding? better)
    {
        int width = Math.Max(ranking.Ranked.Max(r => r.Weights.Length), 7) + 2;
        output.WriteLine($"frozen features of {Units.Plural(ranking.Samples, "training picture")}, cross-validated; always naming the largest class scores {Units.Invariant($"{ranking.Chance:0.000}")}");
        output.WriteLine();
        output.WriteLine($"  {"weights".PadRight(width)}{"log loss",9}{"probe",8}{"k-NN",8}{"LogME",9}{"features",10}{"s",8}");
        foreach (var (weights, worth, features, seconds) in ranking.Ranked)
            output.WriteLine(Units.Invariant($"  {weights.PadRight(width)}{worth.ProbeLogLoss,9:0.000}{worth.ProbeAccuracy,8:0.000}{worth.NeighbourAccuracy,8:0.000}{worth.LogMe,9:0.000}{features,10}{seconds,8:0.0}"));
        output.WriteLine();
        if (better is not null)
        {
            foreach (string line in AuditText.Lines(better)) output.WriteLine(line);
            output.WriteLine();
        }
        output.WriteLine($"{"next",-8}nativetrainer plan DATA --weights {Units.Shell(ranking.Ranked[0].Weights)}");
    }
}
