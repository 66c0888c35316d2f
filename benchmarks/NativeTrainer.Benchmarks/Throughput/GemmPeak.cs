using System.Diagnostics;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Linear;

namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>The yardstick for GFLOP/s: our own product of two float32 matrices of 1024 × 1024, the fastest of many.</summary>
internal static class GemmPeak
{
    private const int Side = 1024, Repeats = 100;

    /// <returns>GFLOP/s.</returns>
    public static double Measure(int threads)
    {
        using var device = Device.Open("cpu", threads);
        var plan = Linear.Plan(device, Side, Side, Side);
        long matrix = sizeof(float) * Side * Side;
        using var arena = device.Allocate(3 * matrix + plan.WorkspaceBytes);
        var shape = new Shape(Side, Side);
        TensorView x = arena.View(0, shape, DType.Float32), w = arena.View(matrix, shape, DType.Float32), y = arena.View(2 * matrix, shape, DType.Float32);
        var workspace = arena.View(3 * matrix, new Shape((int)plan.WorkspaceBytes), DType.UInt8);
        float[] values = [.. Enumerable.Range(0, Side * Side).Select(i => (i % 17) / 17f)];
        device.Upload<float>(values, x);
        device.Upload<float>(values, w);
        double best = double.MaxValue;
        for (int i = 0; i < Repeats; i++)
        {
            var clock = Stopwatch.StartNew();
            plan.Forward(x, w, default, y, workspace);
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }
        return plan.Flops / best / 1e9;
    }
}
