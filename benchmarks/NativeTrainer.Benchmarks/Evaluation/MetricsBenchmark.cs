using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Detection;
using NativeTrainer.Evaluation.Intervals;

namespace NativeTrainer.Benchmarks.Evaluation;

/// <summary>How long evaluation takes on synthetic predictions of real size, and how often its intervals hold the truth.</summary>
internal static class MetricsBenchmark
{
    public const string Help = """
        metrics [--images N] [--objects N] [--detections N] [--samples N] [--classes N] [--threads N]
            seconds of COCO's evaluation of boxes from files (5000 images, 36000 objects, 500000 detections) and of a classifier's report with intervals (10000 samples, 10 classes)
        metrics-coverage [--sets N]
            how often 95 % intervals hold the true accuracy and macro F1 over simulated test sets (2000)
        """;

    private const int Categories = 80;

    public static void Run(CommandArguments arguments)
    {
        int images = arguments.Number("--images", 5000, 1, 1_000_000), objects = arguments.Number("--objects", 36_000, 1, 10_000_000), detections = arguments.Number("--detections", 500_000, 0, 100_000_000);
        int samples = arguments.Number("--samples", 10_000, 1, 10_000_000), classes = arguments.Number("--classes", 10, 2, 10_000), threads = arguments.Number("--threads", 2, 1, 256);
        arguments.Finish();
        Detection(images, objects, detections, threads);
        Classification(samples, classes, threads);
    }

    public static void Coverage(CommandArguments arguments)
    {
        int sets = arguments.Number("--sets", 2000, 10, 1_000_000);
        arguments.Finish();
        var three = new KnownClassifier([[0.90, 0.07, 0.03], [0.15, 0.75, 0.10], [0.10, 0.20, 0.70]], [0.5, 0.3, 0.2]);
        var ten = new KnownClassifier([.. Enumerable.Range(0, 10).Select(t => Enumerable.Range(0, 10).Select(c => c == t ? 0.91 : 0.01).ToArray())], [.. Enumerable.Repeat(0.1, 10)]);
        var rare = new KnownClassifier([[0.98, 0.02], [0.3, 0.7]], [0.95, 0.05]);
        Console.WriteLine($"| classifier | samples | class sizes | accuracy, Wilson | accuracy, bootstrap | macro F1, bootstrap |\n|---|---|---|---|---|---|");
        foreach (var (name, classifier, samples) in new[] { ("3 classes, 0.815", three, 400), ("3 classes, 0.815", three, 100), ("10 classes, 0.91", ten, 1000), ("10 classes, 0.91", ten, 200), ("5 % positive, 0.966", rare, 400) })
        {
            foreach (bool fixedSizes in new[] { true, false })
            {
                var coverage = IntervalCoverage.Measure(classifier, samples, fixedSizes, sets, 1000);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {samples} | {(fixedSizes ? "fixed" : "drawn")} | {coverage.Wilson:0.000} | {coverage.Accuracy:0.000} | {coverage.MacroF1:0.000} |"));
            }
        }
    }

    private static void Detection(int images, int objects, int detections, int threads)
    {
        string folder = Directory.CreateTempSubdirectory("metrics-benchmark").FullName;
        try
        {
            string truthFile = Path.Combine(folder, "truth.json"), resultsFile = Path.Combine(folder, "results.json");
            WriteFiles(truthFile, resultsFile, images, objects, detections);
            var watch = Stopwatch.StartNew();
            var (truth, ids) = CocoFiles.ReadTruth(truthFile);
            var found = CocoFiles.ReadResults(resultsFile, ids);
            double read = watch.Elapsed.TotalSeconds;
            var evaluation = CocoEvaluation.Of(truth, found, threads);
            double all = watch.Elapsed.TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"boxes: {images} images, {objects} objects, {detections} detections ({new FileInfo(resultsFile).Length / 1e6:0} MB), {threads} threads: reading {read:0.00} s, evaluation {all - read:0.00} s, in all {all:0.00} s; AP {evaluation.AveragePrecision():0.0000}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Frequent and rare categories; of the detections a share lies on objects, the others anywhere.
    private static void WriteFiles(string truthFile, string resultsFile, int images, int objects, int detections)
    {
        var random = new Random(1);
        var boxes = Enumerable.Range(0, objects).Select(_ => (Image: random.Next(images), Category: (int)(Categories * Math.Pow(random.NextDouble(), 2)), Box: Box(random))).ToArray();
        using (var stream = File.Create(truthFile))
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("images");
            for (int i = 0; i < images; i++) Item(json, ("id", i + 1), ("width", 640), ("height", 480));
            json.WriteEndArray();
            json.WriteStartArray("categories");
            for (int c = 0; c < Categories; c++) Item(json, ("id", c + 1));
            json.WriteEndArray();
            json.WriteStartArray("annotations");
            foreach (var (image, category, box) in boxes) Item(json, box, ("image_id", image + 1), ("category_id", category + 1), ("area", box[2] * box[3] * 0.7), ("iscrowd", random.Next(100) == 0 ? 1 : 0));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        using (var stream = File.Create(resultsFile))
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            for (int d = 0; d < detections; d++)
            {
                var (image, category, box) = boxes[random.Next(objects)];
                bool on = random.Next(5) == 0;
                double[] found = on ? [.. box.Select(v => v * (0.95 + 0.1 * random.NextDouble()))] : Box(random);
                Item(json, found, ("image_id", (on ? image : random.Next(images)) + 1), ("category_id", category + 1), ("score", random.NextDouble() * (on ? 1 : 0.6)));
            }
            json.WriteEndArray();
        }
    }

    private static double[] Box(Random random) => [random.Next(600), random.Next(440), Math.Round(Math.Exp(2 + 3.5 * random.NextDouble()), 2), Math.Round(Math.Exp(2 + 3.5 * random.NextDouble()), 2)];

    private static void Item(Utf8JsonWriter json, params (string Name, double Value)[] members) => Item(json, [], members);

    private static void Item(Utf8JsonWriter json, double[] box, params (string Name, double Value)[] members)
    {
        json.WriteStartObject();
        foreach (var (name, value) in members) json.WriteNumber(name, value);
        if (box.Length > 0)
        {
            json.WriteStartArray("bbox");
            foreach (double value in box) json.WriteNumberValue(value);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Classification(int samples, int classes, int threads)
    {
        var random = new Random(1);
        var images = Enumerable.Range(0, samples).Select(n =>
        {
            int label = random.Next(classes);
            double[] row = [.. Enumerable.Range(0, classes).Select(c => random.NextDouble() + (c == label ? 0.5 : 0))];
            double sum = row.Sum();
            return new PredictedImage($"{n}", label, [.. row.Select(v => (float)(v / sum))]);
        }).ToArray();
        var set = PredictionSet.Of(images, [.. Enumerable.Range(0, classes).Select(c => $"c{c}")]);
        var watch = Stopwatch.StartNew();
        var report = ClassificationReport.Of(set, new ReportOptions { Bootstrap = new BootstrapOptions { Threads = threads } });
        double all = watch.Elapsed.TotalSeconds;
        watch.Restart();
        PairedComparison.Of(set, set, new BootstrapOptions { Threads = threads });
        double paired = watch.Elapsed.TotalSeconds;
        watch.Restart();
        ClassificationReport.Of(set with { Probabilities = null }, new ReportOptions { Bootstrap = new BootstrapOptions { Threads = threads } });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"classifier: {samples} samples, {classes} classes, 2000 resamples, {threads} threads: report {all:0.00} s ({report.Figures.Count} figures), without probabilities {watch.Elapsed.TotalSeconds:0.00} s, paired tests {paired:0.00} s"));
    }
}
