using NativeTrainer.Kernels.Devices;
using NativeTrainer.PtxExecutor.Ilgpu;

namespace NativeTrainer.Kernels.Tests.Devices;

/// <summary>The yardstick counts what it computes.</summary>
public sealed class PeakProbeTests
{
    /// <summary>x ← x/2 + 1/2 from 0 is 1 − 2⁻ⁿ; products of halves add 1/4 for each of the depth's numbers (0.5 as two bfloat16 is 0 and 0.5).</summary>
    [Theory]
    [InlineData(Precision.Float32, 16 * (1 - 0.125))]
    [InlineData(Precision.BFloat16, 8 * 4 * 3 * 8 * 0.25)]
    [InlineData(Precision.Tf32, 8 * 4 * 3 * 8 * 0.25)]
    public void ComputesWhatItCounts(Precision precision, double expected)
    {
        using var device = PtxDevice.Open();
        var probe = new PeakProbe(device);
        double flops = probe.Run(precision, 3);
        var values = new float[probe.Result.Bytes / sizeof(float)];
        device.Download<float>(probe.Result, values);
        Assert.All(values, value => Assert.Equal(expected, value));
        double perThread = precision switch { Precision.Float32 => 2 * 16, Precision.BFloat16 => 8 * 2 * 16 * 8 * 16 / 32, _ => 8 * 2 * 16 * 8 * 8 / 32 };
        Assert.Equal(3 * perThread * values.Length, flops);
    }
}
