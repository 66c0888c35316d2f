using System.Globalization;
using System.Text;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Evaluation.Explaining;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Benchmarks.Explaining;

/// <summary>Whether Grad-CAM shows what the network uses: its peak lies on pasted objects, and maps change where weights are drawn anew.</summary>
internal static class GradCamSanity
{
    public const string Help = """
        grad-cam --weights FILE --objects DIR --backgrounds DIR [--count N] [--size PIXELS] [--seed N] [--threads N] [--out FILE]
            pastes photos of classes that the network knows (DIR with one folder per class, in the order of its classes) on other photos, N times (50): how often the map's peak
            lies in the box; and the rank correlation of maps with those of the same network after its stages were drawn anew from the head down (Adebayo et al. 2018)
        """;

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <returns>1 where the peaks of objects of three sevenths of the side are in the box less often than 80 of 100, or drawing the head anew changes nothing.</returns>
    public static int Run(CommandArguments arguments)
    {
        string weights = Needed(arguments, "--weights"), objects = Needed(arguments, "--objects"), backgrounds = Needed(arguments, "--backgrounds"), to = arguments.Text("--out", "");
        int count = arguments.Number("--count", 50, 1, 10_000), size = arguments.Number("--size", 224, 64, 1024), threads = arguments.Number("--threads", 0, 0, 256);
        ulong seed = (ulong)arguments.Number("--seed", 1, 1, int.MaxValue);
        arguments.Finish();
        var text = new StringBuilder();
        double inside = Pasted(text, weights, objects, backgrounds, count, size, threads, seed);
        double change = Randomised(text, weights, objects, count, size, threads, seed);
        Console.Write(text);
        if (to.Length > 0) File.WriteAllText(to, text.ToString());
        return inside >= 0.8 && change < 0.9 ? 0 : 1;
    }

    /// <summary>Side of an object that fills less than a fifth of the picture: of these, 80 of 100 peaks have to be in the box.</summary>
    private static int Asked(int size) => size * 3 / 7;

    private static double Pasted(StringBuilder text, string weights, string objects, string backgrounds, int count, int size, int threads, ulong seed)
    {
        text.Append("| side of the object | its share of the picture | peak in the box | of those that the network names right | network names right |\n|---|---|---|---|---|\n");
        using var cam = new GradCam(new GradCamOptions { Weights = weights, Size = size, Threads = threads });
        double asked = 0;
        foreach (int side in (int[])[size / 2, Asked(size), size / 3])
        {
            int inside = 0, right = 0, both = 0;
            foreach (var pasted in PastedObjects.Make(objects, backgrounds, count, size, side, seed))
            {
                var map = cam.Explain(pasted.Picture.Pixels, pasted.Class);
                var (x, y) = map.Peak;
                bool hit = x * size >= pasted.Box.X && x * size < pasted.Box.X + side && y * size >= pasted.Box.Y && y * size < pasted.Box.Y + side;
                bool named = map.Probabilities.AsSpan().IndexOf(map.Probabilities.Max()) == pasted.Class;
                (inside, right, both) = (inside + (hit ? 1 : 0), right + (named ? 1 : 0), both + (hit && named ? 1 : 0));
            }
            text.Append(Culture, $"| {side} of {size} | {(double)side * side / size / size:P0} | {inside} of {count} | {both} of {right} | {right} of {count} |\n");
            if (side == Asked(size)) asked = inside / (double)count;
        }
        text.Append('\n');
        return asked;
    }

    private static double Randomised(StringBuilder text, string weights, string objects, int count, int size, int threads, ulong seed)
    {
        text.Append("| drawn anew | median rank correlation with the trained network's map | 5 % to 95 % of the pictures | maps without a positive value |\n|---|---|---|---|\n");
        var file = ColourInput.Of(weights, ModelFile.Load(weights));
        using var device = Device.Open("auto", threads);
        using var model = ModelTransfer.Load(weights, file, device, PrecisionChoice.Fp32);
        string[] stages = [.. model.StageNames];
        var (photos, resizer) = (ImageFiles.Below(objects), new Resizer());
        RgbImage[] pictures = [.. Enumerable.Range(0, count).Select(i => resizer.CentreCrop(ImageDecoder.Decode(photos[i * photos.Count / count]).Image!, size * 8 / 7, size))];
        using var stage = new StageGradient(model, size, stages[^2]);
        int[]? classes = null;
        float[][]? trained = null;
        double head = double.NaN;
        for (int from = stages.Length; from >= 1; from--)
        {
            // One more each time, and what was drawn before stays: the cascade of the paper.
            if (from < stages.Length) model.Initialize(seed, p => p.Name.StartsWith(stages[from] + ".", StringComparison.Ordinal));
            stage.Prepare();
            var maps = new float[count][];
            classes ??= [.. pictures.Select(picture => Likeliest(stage, picture))];
            for (int i = 0; i < count; i++)
            {
                stage.Forward(pictures[i].Pixels);
                stage.Backward(classes[i]);
                maps[i] = GradCam.Weigh(stage.Map, stage.Gradient, stage.Shape[3]);
            }
            trained ??= maps;
            double[] correlations = [.. maps.Select((map, i) => RankCorrelation.Of(map, trained[i])).Where(double.IsFinite).Order()];
            double At(double share) => correlations[(int)Math.Round(share * (correlations.Length - 1))];
            string what = from == stages.Length ? "nothing" : string.Join(", ", stages[from..].Reverse());
            text.Append(Culture, $"| {what} | {At(0.5):0.00} | {At(0.05):0.00} to {At(0.95):0.00} | {count - correlations.Length} of {count} |\n");
            if (from == stages.Length - 1) head = At(0.5);
        }
        return head;
    }

    private static int Likeliest(StageGradient stage, RgbImage picture)
    {
        stage.Forward(picture.Pixels);
        return stage.Logits.AsSpan().IndexOf(stage.Logits.Max());
    }

    private static string Needed(CommandArguments arguments, string name) => arguments.Text(name, "") is { Length: > 0 } value ? value : throw new UsageException($"grad-cam needs {name}");
}
