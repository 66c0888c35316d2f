using System.CommandLine;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Training;
using NativeTrainer.Weights;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>augment-preview</c>: a picture of what training will see.</summary>
internal static class AugmentPreviewCommand
{
    private const int UsualPictures = 8, UsualVersions = 7, MostCells = 2000;

    public static Command Create()
    {
        var command = new ExampleCommand("augment-preview", "Draw what training will see: a row per picture, a column per epoch.",
            "nativetrainer augment-preview --data photos --augment medium",
            "nativetrainer augment-preview --data photos --augment strong,hue=0.1,mixup=0 --size 160 -o strong.png");
        var data = Options.Text("--data", "PATH", "As for train.", "-d");
        data.Required = true;
        var cropBoxes = DataFlags.CropBoxes();
        var augment = Options.Text("--augment", "SPEC", "none, light, medium, strong, or with changes such as medium,hue=0.1. [default: light]");
        var weights = Options.Text("--weights", "FILE", "Weights whose input size and mean colour to use.", "-w");
        var size = Options.Integer("--size", "PIXELS", "Side of the input. [default: the weights' own, else 224]");
        var pictures = Options.Integer("--count", "N", $"Pictures, taken evenly from the training set. [default: {UsualPictures}]");
        var versions = Options.Integer("--epochs", "N", $"Versions of each. [default: {UsualVersions}]");
        var seed = Options.Seed("--seed", "The run's seed. [default: 1]");
        var file = Options.Text("--output", "FILE", "The PNG or JPEG to write. [default: augment-preview.png]", "-o");
        var threads = MachineFlags.Threads();
        foreach (Option option in (Option[])[data, cropBoxes, augment, weights, size, pictures, versions, seed, file, threads]) command.Add(option);
        command.SetAction(parsed =>
        {
            int rows = parsed.Given(pictures) ? parsed.GetValue(pictures) : UsualPictures, columns = parsed.Given(versions) ? parsed.GetValue(versions) : UsualVersions;
            if (rows < 1 || columns < 1 || (long)rows * columns > MostCells) throw new UserException($"--count {rows} and --epochs {columns}: both are at least 1, and {MostCells} pictures in all are the most");
            var preprocessing = parsed.GetValue(weights) is string path ? ModelFile.Load(path).Spec.Preprocessing : new Preprocessing();
            int side = parsed.Given(size) ? parsed.GetValue(size) : preprocessing.Size;
            if (side is < 8 or > 1024) throw new UserException($"--size {side} is out of range; it takes 8 to 1024");
            var options = AugmentationOptions.Parse(parsed.GetValue(augment) ?? "light");
            string to = parsed.GetValue(file) ?? "augment-preview.png";
            ulong start = parsed.Given(seed) ? parsed.GetValue(seed) : 1;
            ImageWriter.Write(AugmentationPreview.Sheet(parsed.GetValue(data)!, options, start, rows, columns, side, preprocessing, parsed.GetValue(threads), DataFlags.Margin(parsed, cropBoxes)), to);
            parsed.InvocationConfiguration.Output.WriteLine(to);
            return ExitCode.Done;
        });
        return command;
    }
}
