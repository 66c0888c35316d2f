using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.OpCases;

namespace NativeTrainer.GpuCheck;

/// <summary>Every op case on the card: the reference's bound, guard bytes, two runs with equal bits.</summary>
internal static class CaseChecks
{
    /// <param name="mostElements">Larger cases are left out.</param>
    public static void Run(Device device, CheckReport report, long mostElements)
    {
        int ran = 0;
        foreach (var opCase in AllCases.List.Where(c => !c.Benchmark && device.Precisions.Contains(c.Precision) && c.Tensors.Sum(t => t.Shape.Count) <= mostElements))
        {
            string? failure;
            try
            {
                failure = CaseCheck.Run(opCase, device, out _);
            }
            catch (NotSupportedException lacking) when (lacking.Message.Contains("has no kernel", StringComparison.Ordinal))
            {
                continue;
            }
            catch (DeviceException lost)
            {
                report.Note(opCase.Name, lost.Message);
                // After a fault a context of CUDA answers nothing more.
                return;
            }
            ran++;
            report.Note(opCase.Name, failure);
        }
        Console.WriteLine($"{ran} op cases");
    }
}
