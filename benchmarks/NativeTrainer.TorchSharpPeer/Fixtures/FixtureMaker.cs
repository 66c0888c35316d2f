using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace NativeTrainer.TorchSharpPeer.Fixtures;

/// <summary>
/// Writes a ten-step fixture: the start, the data, the results in float64, and beside each result how far TorchSharp's own float32
/// is from it (the largest Euclidean distance over runs that differ only in rounding).
/// </summary>
internal static class FixtureMaker
{
    private const int RoundingRuns = 8;

    /// <summary>
    /// Distance to the nearest kink in units of the largest float32 deviation of the same activation tensor. One crossing changes gradients by
    /// about 1e-3, a thousand times what rounding does; at 4 largest deviations (about 20 root-mean-square ones) none is to be expected.
    /// </summary>
    private const double LeastKinkMargin = 4;

    public static void Write(FixtureCase fixture, string folder)
    {
        for (long seed = 1; ; seed++)
        {
            using var scope = NewDisposeScope();
            var data = FixtureData.Make(fixture, seed);
            var exact = new TenSteps(fixture, data, ScalarType.Float64, Order(fixture, 0), false);
            var rounded = new List<TenSteps>();
            double margin = double.PositiveInfinity;
            for (int run = 0; run < RoundingRuns && margin >= LeastKinkMargin; run++)
            {
                rounded.Add(new TenSteps(fixture, data, ScalarType.Float32, Order(fixture, run), run % 2 == 1));
                margin = Math.Min(margin, exact.Kinks.Margin(rounded[^1].Kinks));
            }
            if (margin < LeastKinkMargin) continue;
            string path = Path.Combine(folder, fixture.Name + ".safetensors");
            Save(fixture, data, exact, rounded, seed, margin, path);
            Console.WriteLine($"{path}: seed {seed}, kink margin {margin:F1}, {new FileInfo(path).Length / 1024} KiB");
            return;
        }
    }

    private static void Save(FixtureCase fixture, FixtureData data, TenSteps exact, List<TenSteps> rounded, long seed, double margin, string path)
    {
        var description = new { fixture, seed, kinkMargin = margin, engine = $"TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)}, libtorch {__version__}" };
        var file = new SafeTensorsWriter("fixture", JsonSerializer.Serialize(description, JsonSerializerOptions.Web));
        file.Add("pixels", data.Pixels.shape, data.Pixels.data<byte>().ToArray());
        file.Add("labels", data.Labels.shape, data.Labels.data<long>().ToArray());
        foreach (var (name, value) in data.State) file.Add("start/" + name, value.shape, value.contiguous().data<float>().ToArray());
        foreach (var (name, values) in exact.Values)
        {
            double deviation = rounded.Max(run => Distance(run.Values[name], values));
            // Of the last step's gradients only the length: the state after it holds them, and files stay small.
            if (name.StartsWith("step10/gradient/", StringComparison.Ordinal)) file.Add(name + "/norm", [], [Distance(values, new double[values.Length])]);
            else file.Add(name, Shape(name, values, data), values);
            file.Add(name + "/deviation", [], [deviation]);
        }
        file.Save(path);
    }

    private static long[] Shape(string name, double[] values, FixtureData data)
        => name == "losses" ? [values.Length] : data.State[name[(name.LastIndexOf('/') + 1)..]].shape;

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());

    private static long[] Order(FixtureCase fixture, int run)
    {
        long[] order = [.. Enumerable.Range(0, fixture.Batch).Select(i => (long)i)];
        if (run > 0) new Random(run).Shuffle(order);
        return order;
    }
}
