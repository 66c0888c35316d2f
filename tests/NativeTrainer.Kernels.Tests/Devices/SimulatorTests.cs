using NativeTrainer.Kernels.Devices;
using NativeTrainer.OpCases;

namespace NativeTrainer.Kernels.Tests.Devices;

/// <summary>Every op case that tensor cores are not needed for on ILGPU's simulator: the Simt kernels as C#, a thread per GPU thread. Slow, so only small cases run twice.</summary>
public sealed class SimulatorTests(SimulatorTests.Shared shared) : IClassFixture<SimulatorTests.Shared>
{
    private const long MostElementsTwice = 4000;

    public static TheoryData<string> Names => [.. AllCases.List.Where(c => !c.Benchmark && !c.NeedsTensorCores).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AgreesWithReferenceAndRepeats(string name)
    {
        var opCase = AllCases.Find(name);
        OpCaseTests.Check(opCase, shared.Device, "simulator", again: opCase.Tensors.Sum(t => t.Shape.Count) <= MostElementsTwice);
    }

    /// <summary>One device for all cases: opening it starts hundreds of threads.</summary>
    public sealed class Shared : IDisposable
    {
        public GpuDevice Device { get; } = GpuDevice.Simulator();

        public void Dispose() => Device.Dispose();
    }
}
