using System.Globalization;
using System.Reflection;

namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>Images per second of each turn of both engines, and ours to theirs of each round.</summary>
internal sealed record Compared(List<double> Ours, List<double> Theirs, List<double> Ratios);

/// <summary>Two engines in turns, each in a process of its own, never at the same time: what slows the machine for a while slows both.</summary>
internal static class Comparison
{
    public static Engine Own(params IReadOnlyList<(string, string)> environment) => new("NativeTrainer", Assembly.GetExecutingAssembly().Location, environment);

    /// <summary>
    /// At its fastest: libtorch asks the C library for each tensor, which gives large ones back to the system at once, so that their pages are made anew in every step. Told to keep them,
    /// it computes up to half as fast again, for more memory.
    /// </summary>
    public static Engine Peer(string assembly, params IReadOnlyList<(string, string)> environment)
        => new("TorchSharp", assembly, [("MALLOC_MMAP_THRESHOLD_", "4294967296"), ("MALLOC_TRIM_THRESHOLD_", "8589934592"), .. environment]);

    /// <summary>At its smallest: as it is without settings.</summary>
    public static Engine SmallPeer(string assembly) => new("TorchSharp", assembly);

    /// <param name="theirs">May be absent.</param>
    /// <param name="batch">Images per step.</param>
    /// <param name="rounds">Turns of each.</param>
    /// <param name="seconds">Length of a turn.</param>
    public static Compared Run(Worker ours, Worker? theirs, int batch, int rounds, int seconds)
    {
        var result = new Compared([], [], []);
        for (int round = 0; round < rounds; round++)
        {
            result.Ours.Add(Rate(ours, batch, seconds));
            if (theirs is null) continue;
            result.Theirs.Add(Rate(theirs, batch, seconds));
            result.Ratios.Add(result.Ours[^1] / result.Theirs[^1]);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}/{rounds}: {result.Ours[^1]:G4} and {result.Theirs[^1]:G4} images/s, ratio {result.Ratios[^1]:F2}"));
        }
        return result;
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static double Rate(Worker worker, int batch, int seconds)
    {
        int steps = WorkerLoop.StepsFor(seconds, worker.SecondsPerStep);
        return batch * steps / worker.Time(steps);
    }
}
