using System.Diagnostics;
using System.Globalization;
using NativeTrainer.Graph;

namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>Time of each layer of our own step, forward and backward: the median over some steps.</summary>
internal static class LayerProfile
{
    private const int Steps = 9;

    public static void Write(ThroughputWork work)
    {
        using var target = new OwnTarget(work);
        var graph = target.Graph;
        var context = new RunContext();
        var forward = new double[graph.Steps.Count, Steps];
        var backward = new double[graph.BackwardSteps.Count, Steps];
        for (int i = -2; i < Steps; i++)
        {
            target.Step();
            for (int s = 0; s < graph.Steps.Count; s++) Time(() => graph.Steps[s].Forward(context), forward, s, i);
            for (int s = 0; s < graph.BackwardSteps.Count; s++) Time(() => graph.BackwardSteps[s].Backward(context), backward, s, i);
        }
        var lines = graph.Steps.Select((step, s) =>
        {
            int at = graph.BackwardSteps.ToList().IndexOf(step);
            return (Step: step, Forward: Median(forward, s), Backward: at < 0 ? 0 : Median(backward, at));
        }).ToArray();
        double total = lines.Sum(l => l.Forward + l.Backward);
        Console.WriteLine($"{work.Model} {work.Mode}, batch {work.Batch}, {work.Size}×{work.Size}, {work.Threads} threads");
        Console.WriteLine($"{"layer",-32}{"forward ms",11}{"GFLOP/s",9}{"backward ms",13}{"GFLOP/s",9}{"share",7}  variant");
        foreach (var (step, f, b) in lines)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{step.Name,-32}{f,11:F2}{Rate(step.Flops, f),9}{(b == 0 ? "" : b.ToString("F2", CultureInfo.InvariantCulture)),13}{Rate(b == 0 ? 0 : step.BackwardFlops, b),9}{(f + b) / total,7:P1}  {step.Variant}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"sum",-32}{lines.Sum(l => l.Forward),11:F2}{"",9}{lines.Sum(l => l.Backward),13:F2}"));
    }

    private static string Rate(double flops, double milliseconds) => flops == 0 ? "" : (flops / milliseconds / 1e6).ToString("F0", CultureInfo.InvariantCulture);

    private static void Time(Action run, double[,] times, int row, int column)
    {
        var watch = Stopwatch.StartNew();
        run();
        if (column >= 0) times[row, column] = watch.Elapsed.TotalMilliseconds;
    }

    private static double Median(double[,] times, int row)
    {
        double[] sorted = [.. Enumerable.Range(0, Steps).Select(i => times[row, i]).Order()];
        return sorted[Steps / 2];
    }
}
