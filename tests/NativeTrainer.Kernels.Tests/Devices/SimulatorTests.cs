using NativeTrainer.Kernels.Devices;
using NativeTrainer.OpCases;

namespace NativeTrainer.Kernels.Tests.Devices;

/// <summary>Op cases on ILGPU's simulator: the Simt kernels as C#, a thread per GPU thread. Slow, so only small cases.</summary>
public sealed class SimulatorTests
{
    private const long MostElements = 4000;

    public static TheoryData<string> Names => [.. AllCases.List.Where(c => !c.Benchmark && !c.NeedsTensorCores && c.Tensors.Sum(t => t.Shape.Count) <= MostElements).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AgreesWithReferenceAndRepeats(string name)
    {
        using var device = GpuDevice.Simulator();
        OpCaseTests.Check(AllCases.Find(name), device, "simulator");
    }
}
