using System.Diagnostics;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.GpuCheck;

/// <summary>What a card can do at most: products per second in each precision, bytes of memory traffic per second (read and written both counted).</summary>
/// <param name="Source">Measured here, or a data sheet.</param>
internal sealed record Peaks(string Source, double Float32Tflops, double Tf32Tflops, double Bf16Tflops, double GigabytesPerSecond)
{
    private const long CopiedBytes = 1L << 30;

    /// <summary>NVIDIA's data sheet of the H100 SXM (dense): the goal of a plan made without a card. mma.sync may reach less than its tensor cores can.</summary>
    public static Peaks H100 { get; } = new("H100 SXM data sheet", 66.9, 494.7, 989.4, 3350);

    public static Peaks Measure(GpuDevice device)
    {
        var probe = new PeakProbe(device);
        double copy;
        using (var memory = device.Allocate(2 * CopiedBytes))
        {
            TensorView from = memory.View(0, new Shape((int)CopiedBytes), DType.UInt8), to = memory.View(CopiedBytes, new Shape((int)CopiedBytes), DType.UInt8);
            copy = 2 * CopiedBytes / Seconds(device, () => device.Copy(from, to)) / 1e9;
        }
        return new($"measured on {device.Description}", Tflops(Precision.Float32), Tflops(Precision.Tf32), Tflops(Precision.BFloat16), copy);

        double Tflops(Precision precision)
        {
            const int Rounds = 20_000;
            double flops = 0;
            double seconds = Seconds(device, () => flops = probe.Run(precision, Rounds));
            return flops / seconds / 1e12;
        }
    }

    public double Tflops(Precision precision) => precision switch { Precision.BFloat16 => Bf16Tflops, Precision.Tf32 => Tf32Tflops, _ => Float32Tflops };

    public override string ToString() => $"{Source}: float32 {Float32Tflops:F0}, tf32 {Tf32Tflops:F0}, bfloat16 {Bf16Tflops:F0} TFLOP/s, memory {GigabytesPerSecond:F0} GB/s";

    private static double Seconds(GpuDevice device, Action call)
    {
        const int Calls = 10;
        for (int i = 0; i < 3; i++) call();
        device.Synchronize();
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < Calls; i++) call();
        device.Synchronize();
        return watch.Elapsed.TotalSeconds / Calls;
    }
}
