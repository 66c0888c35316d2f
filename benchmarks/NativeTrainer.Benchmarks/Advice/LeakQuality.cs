using System.Globalization;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Imaging;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>
/// How many planted leaks are found, and how many are found that are none: changed copies of training pictures are put into the validation part, and the
/// pairs across the parts are compared with what was planted.
/// </summary>
internal static class LeakQuality
{
    public const string Help = """
        advice-quality leaks --data DIR[,DIR…] --weights FILE [--seeds N] [--copies N] [--size PIXELS] [--threads N] [--same-scene FILE] [--sheet FILE.png]
            plants N copies of each kind (20) in the validation part, N times (3), and prints recall by kind and false pairs as a Markdown table
            --same-scene: lines 'path,path' below DIR of pairs across the parts that somebody looked at and found to show one scene; other pairs that the set
            holds by itself count as false. --sheet draws all of these, pair by pair, to be looked at
        """;

    public static void Run(CommandArguments arguments)
    {
        string[] folders = arguments.Text("--data", "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        string weights = arguments.Text("--weights", ""), known = arguments.Text("--same-scene", ""), sheet = arguments.Text("--sheet", "");
        int seeds = arguments.Number("--seeds", 3, 1, 100), copies = arguments.Number("--copies", 20, 1, 10_000), size = arguments.Number("--size", 160, 32, 1024);
        int threads = arguments.Number("--threads", Environment.ProcessorCount, 1, 256);
        arguments.Finish();
        if (folders.Length == 0 || weights.Length == 0) throw new UsageException("leaks needs --data DIR and --weights FILE");
        using var features = new PictureFeatures(weights, size, threads);
        var sameScene = new SameScenes(known);
        foreach (string folder in folders)
        {
            var set = new LeakExperiment(folder, features, threads);
            var shown = sheet.Length > 0 ? Path.ChangeExtension(sheet, $".{Path.GetFileName(folder)}.png") : "";
            Write(set, Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), seeds, copies, sameScene, shown);
        }
    }

    private static void Write(LeakExperiment set, string name, int seeds, int copies, SameScenes sameScene, string sheet)
    {
        var kinds = Enum.GetValues<CopyKind>();
        var found = new int[2, kinds.Length];
        var falsePairs = new int[2];
        var natural = new HashSet<(string, string)>[] { [], [] };
        var seconds = new List<double>[] { [], [] };
        var thresholds = new HashSet<string>();
        for (int seed = 1; seed <= seeds; seed++)
        {
            var planted = set.Plant((ulong)seed, copies);
            for (int way = 0; way < 2; way++)
            {
                var result = set.Search(planted, withFeatures: way == 1);
                foreach (var kind in result.Found) found[way, (int)kind]++;
                foreach (var pair in result.Others)
                {
                    if (!sameScene.Contains(pair)) falsePairs[way]++;
                    natural[way].Add(pair);
                }
                seconds[way].Add(result.Seconds);
                thresholds.Add(result.Threshold.ToString("F3", CultureInfo.InvariantCulture));
            }
        }
        int total = copies * seeds;
        Console.WriteLine($"\n### {name}: {set.Training} training and {set.Validation} validation pictures, {seeds} seeds, {copies} copies of each kind\n");
        Console.WriteLine("| transformation | copies | found, hashes alone | found, with features |\n|---|---|---|---|");
        foreach (var kind in kinds) Console.WriteLine($"| {PlantedCopy.Name(kind)} | {total} | {Share(found[0, (int)kind], total)} | {Share(found[1, (int)kind], total)} |");
        int Sum(int way) => kinds.Sum(k => found[way, (int)k]);
        Console.WriteLine($"| **all** | {total * kinds.Length} | **{Share(Sum(0), total * kinds.Length)}** | **{Share(Sum(1), total * kinds.Length)}** |");
        string PerThousand(int way) => (1000.0 * falsePairs[way] / ((set.Validation + copies * kinds.Length) * seeds)).ToString("F2", CultureInfo.InvariantCulture);
        Console.WriteLine($"| false pairs per 1,000 validation pictures | | {PerThousand(0)} | {PerThousand(1)} |");
        Console.WriteLine($"| pairs that the set holds by itself (of these, one scene) | | {natural[0].Count} ({natural[0].Count(sameScene.Contains)}) | {natural[1].Count} ({natural[1].Count(sameScene.Contains)}) |");
        string Milliseconds(int way) => (1000 * Comparison.Median(seconds[way]) / (set.Training + set.Validation + copies * kinds.Length)).ToString("F2", CultureInfo.InvariantCulture);
        Console.WriteLine($"| search, ms a picture | | {Milliseconds(0)} | {Milliseconds(1)} |");
        Console.WriteLine($"\nThreshold {string.Join(", ", thresholds.Order())}.");
        var all = natural[0].Union(natural[1]).Order().ToArray();
        foreach (var (first, second) in all) Console.Error.WriteLine($"{first},{second}");
        if (sheet.Length == 0 || all.Length == 0) return;
        var pictures = all.SelectMany(p => new[] { p.Item1, p.Item2 }).Select(path => ImageDecoder.Decode(Path.Combine(set.Folder, path)).Image!).ToArray();
        ImageWriter.Write(ImageGrid.Render(pictures, null, 8, 160), sheet);
    }

    private static string Share(int part, int all) => ((double)part / all).ToString("F3", CultureInfo.InvariantCulture);

    /// <summary>Pairs that somebody looked at.</summary>
    private sealed class SameScenes
    {
        private readonly HashSet<(string, string)> _pairs = [];

        public SameScenes(string file)
        {
            if (file.Length == 0) return;
            foreach (string line in File.ReadLines(file))
            {
                string[] parts = line.Split(',', StringSplitOptions.TrimEntries);
                if (parts.Length == 2) _pairs.Add(Ordered(parts[0], parts[1]));
            }
        }

        public bool Contains((string, string) pair) => _pairs.Contains(Ordered(pair.Item1, pair.Item2));

        private static (string, string) Ordered(string a, string b) => string.CompareOrdinal(a, b) < 0 ? (a, b) : (b, a);
    }
}
