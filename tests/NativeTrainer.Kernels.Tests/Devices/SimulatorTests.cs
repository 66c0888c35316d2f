using NativeTrainer.Kernels.Devices;
using NativeTrainer.OpCases;

namespace NativeTrainer.Kernels.Tests.Devices;

/// <summary>
/// The op cases of a size for ILGPU's simulator: the Simt kernels as C#, a thread per GPU thread. They run once: <see cref="PtxTests"/> repeats every case, and its
/// executor sees races themselves.
/// </summary>
public sealed class SimulatorTests(SimulatorTests.Shared shared) : IClassFixture<SimulatorTests.Shared>
{
    public static TheoryData<string> Names => [.. AllCases.List.Where(c => c.Simulated).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AgreesWithReferenceAndRepeats(string name)
    {
        OpCaseTests.Check(AllCases.Find(name), shared.Device, "simulator", again: false);
    }

    /// <summary>One device for all cases: opening it starts hundreds of threads.</summary>
    public sealed class Shared : IDisposable
    {
        public GpuDevice Device { get; } = GpuDevice.Simulator();

        public void Dispose() => Device.Dispose();
    }
}
