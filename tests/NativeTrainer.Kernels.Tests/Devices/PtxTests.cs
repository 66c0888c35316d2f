using NativeTrainer.OpCases;
using NativeTrainer.PtxExecutor.Ilgpu;

namespace NativeTrainer.Kernels.Tests.Devices;

/// <summary>Every op case through the PTX that ILGPU writes for a card, run by the executor: both rungs.</summary>
public sealed class PtxTests(PtxTests.Shared shared) : IClassFixture<PtxTests.Shared>
{
    public static TheoryData<string> Names => [.. AllCases.List.Where(c => !c.Benchmark).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AgreesWithReferenceAndRepeats(string name)
    {
        OpCaseTests.Check(AllCases.Find(name), shared.Device, "PTX executor");
    }

    /// <summary>One device for all cases, as opening it starts hundreds of threads.</summary>
    public sealed class Shared : IDisposable
    {
        public PtxDevice Device { get; } = PtxDevice.Open();

        public void Dispose() => Device.Dispose();
    }
}
