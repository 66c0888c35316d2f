using System.CommandLine;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>predict</c>: the likeliest classes of images.</summary>
internal static class PredictCommand
{
    private const int UsualCount = 3;

    public static Command Create()
    {
        var command = new ExampleCommand("predict", "Name what is on pictures.",
            "nativetrainer predict --weights best.safetensors photo.jpg",
            "nativetrainer predict --weights best.safetensors --top-k 1 --csv holiday/ > holiday.csv",
            "nativetrainer predict --weights best.onnx --tta flip photo.jpg",
            "nativetrainer predict --weights best.safetensors --json a.jpg b.png");
        var weights = NetworkFlags.Weights();
        var paths = new Argument<string[]>("PATH") { Description = "Pictures, or folders of pictures.", Arity = ArgumentArity.OneOrMore };
        var top = Options.Integer("--top-k", "K", $"Classes per picture, the likeliest first; of several labels at least those that are there. [default: {UsualCount}]");
        var csv = Options.Switch("--csv", "Print path,rank,class,probability as CSV; of several labels with a column present.");
        var (size, batch, tta, threads, device, precision, json) = (NetworkFlags.Size(), NetworkFlags.Batch(), NetworkFlags.Augmentation(), MachineFlags.Threads(), MachineFlags.Device(), MachineFlags.Precision(), JsonFlag.Make());
        command.Add(paths);
        foreach (Option option in (Option[])[weights, top, csv, size, batch, tta, threads, device, precision, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            int count = parsed.Given(top) ? parsed.GetValue(top) : UsualCount;
            if (count < 1) throw new UserException($"--top-k {count} is out of range; it takes 1 or more");
            var result = Evaluator.Predict(new PredictOptions
            {
                Weights = parsed.GetValue(weights)!,
                Files = Files(parsed.GetValue(paths)!),
                Size = parsed.GetValue(size),
                Batch = parsed.GetValue(batch),
                Threads = parsed.GetValue(threads),
                Device = parsed.GetValue(device)!,
                Precision = parsed.GetValue(precision),
                Augmentation = parsed.GetValue(tta),
            });
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            foreach (string file in result.Unusable) log.WriteLine($"left out: {file}");
            PredictionJson[] images = [.. result.Images.Select(image => new PredictionJson(image.Path, Likeliest(image, result, count)))];
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, new PredictJson(images, result.Unusable));
            else if (parsed.GetValue(csv)) WriteCsv(output, images, result.Thresholds is not null);
            else foreach (var image in images) output.WriteLine($"{image.Path}  {Text(image.Predictions)}");
            return ExitCode.Done;
        });
        return command;
    }

    /// <exception cref="UserException">There is no such file or folder.</exception>
    internal static List<string> Files(string[] paths)
    {
        var files = new List<string>();
        foreach (string path in paths)
        {
            if (Directory.Exists(path)) files.AddRange(ImageFiles.Below(path));
            else if (File.Exists(path)) files.Add(path);
            else throw new UserException($"{path}: there is no such file or folder");
        }
        return files;
    }

    /// <summary>Of several labels, all that are there come first, however many.</summary>
    private static ClassProbability[] Likeliest(PredictedImage image, PredictionResult result, int count)
    {
        var all = image.Probabilities.Select((p, c) => new ClassProbability(result.Classes[c], p, result.Thresholds is null ? null : p >= result.Thresholds[c])).ToArray();
        return [.. all.OrderByDescending(p => p.Present ?? false).ThenByDescending(p => p.Probability).Take(Math.Max(count, all.Count(p => p.Present == true)))];
    }

    private static string Text(IReadOnlyList<ClassProbability> predictions)
    {
        string List(IEnumerable<ClassProbability> some) => string.Join("  ", some.Select(p => Units.Invariant($"{p.Class} {p.Probability:0.000}")));
        if (predictions.Count == 0 || predictions[0].Present is null) return List(predictions);
        string there = List(predictions.Where(p => p.Present == true)), others = List(predictions.Where(p => p.Present == false));
        return $"{(there.Length > 0 ? there : "nothing")}{(others.Length > 0 ? $"  (not {others})" : "")}";
    }

    private static void WriteCsv(TextWriter output, IEnumerable<PredictionJson> images, bool several)
    {
        output.Write(CsvLine.Of(["path", "rank", "class", "probability", .. several ? ["present"] : Array.Empty<object>()]));
        foreach (var image in images)
        {
            for (int i = 0; i < image.Predictions.Count; i++)
                output.Write(CsvLine.Of([image.Path, i + 1, image.Predictions[i].Class, image.Predictions[i].Probability, .. image.Predictions[i].Present is bool present ? [present] : Array.Empty<object>()]));
        }
    }
}
