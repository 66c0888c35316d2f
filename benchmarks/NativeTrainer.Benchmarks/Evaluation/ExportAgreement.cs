using System.Globalization;
using System.Text;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Weights;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Benchmarks.Evaluation;

/// <summary>Exports trained weights in every form and puts predictions beside each other: from the weights, from the file, and of the file in ONNX Runtime.</summary>
internal static class ExportAgreement
{
    public const string Help = """
        export --weights FILE,… --data DIR,… --onnxruntime PATH [--out FILE]
            exported files against their weights on all validation images, in ONNX Runtime and through predict: largest differences of probabilities, images with another class
        """;

    private const int Batch = 16;

    public static void Run(CommandArguments arguments)
    {
        string[] weights = Names("--weights"), data = Names("--data");
        string runtime = Names("--onnxruntime")[0], file = arguments.Text("--out", "");
        string[] Names(string option) => arguments.Text(option, "") is { Length: > 0 } text ? text.Split(',') : throw new UsageException($"{option} is needed");
        arguments.Finish();
        if (weights.Length != data.Length) throw new UsageException($"--weights names {weights.Length} files, --data {data.Length} folders; give one for each");
        var library = OnnxRuntimeLibrary.Find(runtime)!;
        var table = new StringBuilder($"""
            | network | data | images | accuracy | preprocessing | output | batch norm | gate | ONNX Runtime {library.Version} to predict: max Δp | other class | predict from the file: max Δp | other class |
            |---|---|---|---|---|---|---|---|---|---|---|---|

            """);
        string folder = Directory.CreateTempSubdirectory("export-agreement").FullName;
        try
        {
            for (int i = 0; i < weights.Length; i++) Rows(table, weights[i], data[i], runtime, library, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        Console.Write(table);
        if (file.Length > 0) File.WriteAllText(file, table.ToString());
    }

    private static void Rows(StringBuilder table, string path, string data, string runtime, OnnxRuntimeLibrary library, string folder)
    {
        var weights = ModelFile.Load(path);
        var samples = DatasetIndex.OpenSplit(data, null, weights.Labels).Samples;
        var predict = new PredictOptions { Weights = path, Files = [.. samples.Select(s => s.Path)], Device = "cpu" };
        var expected = Evaluator.Predict(predict);
        double accuracy = expected.Images.Zip(samples).Count(pair => Best(pair.First.Probabilities) == pair.Second.Label) / (double)samples.Count;
        foreach (var preprocessing in Enum.GetValues<ExportPreprocessing>())
        {
            foreach (var (softmax, fold) in new[] { (false, false), (true, false), (true, true) })
            {
                var options = new OnnxExportOptions { Weights = path, Output = Path.Combine(folder, "exported.onnx"), Preprocessing = preprocessing, Softmax = softmax, Fold = fold, Check = data, OnnxRuntime = runtime };
                var result = OnnxExporter.Export(options, _ => { });
                var through = Differences(expected.Images, InRuntime(options, weights, samples, library));
                var again = Differences(expected.Images, [.. Evaluator.Predict(predict with { Weights = options.Output }).Images.Select(image => image.Probabilities)]);
                string gate = string.Join("; ", result.Checks.Select(check => string.Create(CultureInfo.InvariantCulture, $"{check.By}, {check.Images} images: Δp {check.ProbabilityDifference:0.0e0}")));
                table.Append(CultureInfo.InvariantCulture, $"| {weights.Spec.Name}, {weights.Spec.Block.ToString().ToLowerInvariant()} | {Path.GetFileName(Path.TrimEndingDirectorySeparator(data))} | {samples.Count} | {accuracy:0.000} ");
                table.AppendLine(CultureInfo.InvariantCulture, $"| {preprocessing.ToString().ToLowerInvariant()} | {(softmax ? "probabilities" : "logits")} | {(fold ? "folded" : "kept")} | {gate} | {through.Largest:0.0e0} | {through.Other} | {again.Largest:0.0e0} | {again.Other} |");
            }
        }
    }

    private static float[][] InRuntime(OnnxExportOptions options, ModelWeights weights, IReadOnlyList<Sample> samples, OnnxRuntimeLibrary library)
    {
        var preprocessing = weights.Spec.Preprocessing;
        int size = preprocessing.Size, classes = weights.Spec.Head.Classes;
        bool inside = options.Preprocessing == ExportPreprocessing.Inside;
        using var session = new OnnxRuntimeSession(library, File.ReadAllBytes(options.Output), 0);
        using var source = BatchSource.Eval(samples, size, preprocessing.CropRatio, new BatchOptions { BatchSize = Batch, Filter = preprocessing.Interpolation == "bicubic" ? ResizeFilter.Bicubic : ResizeFilter.Bilinear });
        source.Prepare();
        var rows = new List<float[]>();
        foreach (var batch in source.Epoch([.. Enumerable.Range(0, source.Samples.Count)]))
        {
            byte[] pixels = batch.Pixels[..(batch.Count * size * size * 3)];
            string output = options.Softmax ? ResNetOnnxGraph.Probabilities : ResNetOnnxGraph.Logits;
            float[] values = inside ? session.Run(ResNetOnnxGraph.Images, pixels, [batch.Count, size, size, 3], output, batch.Count * classes)
                : session.Run(ResNetOnnxGraph.Images, new GraphInput(ChannelsLast: false, InputValues.Normalised).Make(pixels, batch.Count, size, 3, preprocessing).Floats!, [batch.Count, 3, size, size], output, batch.Count * classes);
            if (!options.Softmax) TemperatureScaling.Apply(values, classes, TemperatureScaling.Of(weights));
            rows.AddRange(values.Chunk(classes));
        }
        return [.. rows];
    }

    private static (double Largest, int Other) Differences(IReadOnlyList<PredictedImage> expected, float[][] given)
        => (expected.Zip(given, (image, row) => image.Probabilities.Zip(row, (a, b) => Math.Abs((double)a - b)).Max()).Max(), expected.Zip(given).Count(pair => Best(pair.First.Probabilities) != Best(pair.Second)));

    private static int Best(IReadOnlyList<float> row)
    {
        int best = 0;
        for (int c = 1; c < row.Count; c++) if (row[c] > row[best]) best = c;
        return best;
    }
}
