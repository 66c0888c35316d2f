using System.Reflection;
using System.Text.Json;

namespace NativeTrainer.GpuCheck;

/// <summary>What a run of the check found; gpu-check.json.</summary>
internal sealed class CheckReport
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string Device { get; set; } = "";

    public DateTime TimeUtc { get; } = DateTime.UtcNow;

    public string Version { get; } = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    public int Passed { get; set; }

    public List<string> Failures { get; } = [];

    /// <summary>The card's, or a data sheet's where there is none.</summary>
    public Peaks? Peaks { get; set; }

    /// <summary>What steps must at least take.</summary>
    public List<ModelLine> Model { get; } = [];

    public List<ParityLine> Parity { get; } = [];

    public List<ThroughputLine> Throughput { get; } = [];

    public List<KernelLine> Kernels { get; } = [];

    /// <summary>Counts a check, and says at once what failed.</summary>
    public void Note(string check, string? failure)
    {
        if (failure is null)
        {
            Passed++;
            return;
        }
        Failures.Add($"{check}: {failure}");
        Console.WriteLine($"FAILED {check}: {failure}");
    }
}

/// <summary>Losses of ten steps on the card and on the processor.</summary>
internal sealed record ParityLine(string Network, string Precision, float[] Processor, float[] Card, double[] Allowed);

/// <param name="Milliseconds">Of a step, the median.</param>
/// <param name="Tflops">Of the network's multiplications and additions (three passes in training).</param>
/// <param name="ShareOfPeak">Of the products that the card can do in this precision.</param>
/// <param name="PeakBytes">Of device memory.</param>
internal sealed record ThroughputLine(string Network, string Mode, string Precision, int Batch, int Size, double ImagesPerSecond, double Milliseconds, double Tflops, double? ShareOfPeak, long PeakBytes);

/// <param name="Milliseconds">The least that the card's peaks allow.</param>
/// <param name="Bytes">Of memory traffic in a step.</param>
/// <param name="MemoryBytes">Of device memory that the plan takes.</param>
internal sealed record ModelLine(string Network, string Mode, string Precision, int Batch, int Size, double Milliseconds, double Flops, double Bytes, int Launches, long MemoryBytes);

/// <param name="Milliseconds">Of a call, the median.</param>
/// <param name="GigabytesPerSecond">Of its operands, each counted once.</param>
/// <param name="ShareOfPeak">The larger of its shares of the card's products and of its memory traffic.</param>
internal sealed record KernelLine(string Case, string Variant, double Milliseconds, double Tflops, double GigabytesPerSecond, double? ShareOfPeak);
