using System.CommandLine;
using System.Text;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Explaining;
using NativeTrainer.Imaging;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>grad-cam</c>: where a network looked.</summary>
internal static class GradCamCommand
{
    /// <summary>Side of the drawn pictures, at least: people see more than the network's input.</summary>
    private const int LeastSide = 448;

    public static Command Create()
    {
        var command = new ExampleCommand("grad-cam", "Draw where a network looks for a class (Grad-CAM), over each picture.",
            "nativetrainer grad-cam --weights best.safetensors photo.jpg -o looked",
            "nativetrainer grad-cam --weights best.safetensors --class tulip holiday/ -o looked",
            "nativetrainer grad-cam --weights best.safetensors --layer layer2 --raw photo.jpg -o looked");
        var weights = NetworkFlags.Weights();
        var paths = new Argument<string[]>("PATH") { Description = "Pictures, or folders of pictures.", Arity = ArgumentArity.OneOrMore };
        var folder = Options.Text("--out", "FOLDER", "Where NAME.cam.png is written for each picture: the square that the network sees, red where it found most of the class.", "-o");
        folder.Required = true;
        var wanted = Options.Text("--class", "NAME", "What to look for. [default: the likeliest class of each picture]");
        var layer = Options.Text("--layer", "STAGE", "Whose map is weighed: conv1, layer1 …; earlier ones are finer and know less. [default: the last]");
        var raw = Options.Switch("--raw", "Write NAME.cam.csv too: the map's values, a line for each of its rows.");
        var (size, threads, device, json) = (NetworkFlags.Size(), MachineFlags.Threads(), MachineFlags.Device(), JsonFlag.Make());
        command.Add(paths);
        foreach (Option option in (Option[])[weights, folder, wanted, layer, raw, size, threads, device, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            var files = PredictCommand.Files(parsed.GetValue(paths)!);
            using var cam = new GradCam(new GradCamOptions
            {
                Weights = parsed.GetValue(weights)!,
                Layer = parsed.GetValue(layer),
                Size = parsed.GetValue(size),
                Threads = parsed.GetValue(threads),
                Device = parsed.GetValue(device)!,
            });
            int? target = parsed.GetValue(wanted) is string name ? Class(cam, parsed.GetValue(weights)!, name) : null;
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var names = new FileNames(Made(parsed.GetValue(folder)!));
            var (images, unusable) = (new List<GradCamImageJson>(), new List<string>());
            foreach (string file in files)
            {
                var decoded = ImageDecoder.Decode(file, new DecodeTarget(cam.ShortSide));
                if (!decoded.Success)
                {
                    unusable.Add($"{file}: {decoded.Reason}");
                    log.WriteLine($"left out: {unusable[^1]}");
                    continue;
                }
                var image = Write(cam, file, cam.Explain(decoded.Image, target), names.For(file), parsed.GetValue(raw));
                images.Add(image);
                if (!parsed.GetValue(json)) output.WriteLine(Units.Invariant($"{image.Path}  {image.Class} {image.Probability:0.000}  {image.Overlay}"));
            }
            if (images.Count == 0) throw new UserException($"no picture could be read: {unusable[0]}");
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, new GradCamJson(cam.Layer, images, unusable));
            return ExitCode.Done;
        });
        return command;
    }

    private static GradCamImageJson Write(GradCam cam, string file, HeatMap map, string name, bool raw)
    {
        int side = Math.Max(cam.Size, LeastSide);
        // Decoded anew: for people, with more of its pixels.
        var picture = ImageDecoder.Decode(file, new DecodeTarget(side)).Image ?? throw new UserException($"{file}: changed while it was read; run the command again");
        ImageWriter.Write(HeatMapPicture.Draw(map, cam.Seen(picture, side)), name + ".png");
        if (raw) File.WriteAllText(name + ".csv", Rows(map));
        var (x, y) = map.Peak;
        return new GradCamImageJson(file, cam.Classes[map.Class], map.Probabilities[map.Class], name + ".png", raw ? name + ".csv" : null, FigureJson.Number(x), FigureJson.Number(y));
    }

    private static string Rows(HeatMap map)
    {
        var csv = new StringBuilder();
        for (int row = 0; row < map.Height; row++) csv.Append(CsvLine.Of([.. map.Values.Skip(row * map.Width).Take(map.Width).Cast<object>()]));
        return csv.ToString();
    }

    private static int Class(GradCam cam, string weights, string name)
    {
        for (int c = 0; c < cam.Classes.Count; c++)
            if (cam.Classes[c].Equals(name, StringComparison.OrdinalIgnoreCase)) return c;
        string near = ParseErrors.Nearest(name, cam.Classes) is string nearest ? $"did you mean '{nearest}'?" : $"it knows {string.Join(", ", cam.Classes.Take(8))}{(cam.Classes.Count > 8 ? " …" : "")}";
        throw new UserException($"--class {name}: {weights} has no such class; {near}");
    }

    private static string Made(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: cannot be made ({error.Message.TrimEnd('.')}); choose another --out", error);
        }
    }

    /// <summary>Pictures of the same name in two folders get files of their own.</summary>
    private sealed class FileNames(string folder)
    {
        private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

        public string For(string picture)
        {
            string stem = Path.GetFileNameWithoutExtension(picture), name = stem;
            for (int n = 2; !_taken.Add(name); n++) name = $"{stem}-{n}";
            return Path.Combine(folder, $"{name}.cam");
        }
    }
}
