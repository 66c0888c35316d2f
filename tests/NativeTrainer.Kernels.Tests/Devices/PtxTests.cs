using NativeTrainer.OpCases;
using NativeTrainer.PtxExecutor.Ilgpu;

namespace NativeTrainer.Kernels.Tests.Devices;

/// <summary>Every op case through the PTX that ILGPU writes for a card, run by the executor: both rungs.</summary>
public sealed class PtxTests
{
    public static TheoryData<string> Names => [.. AllCases.List.Where(c => !c.Benchmark).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AgreesWithReferenceAndRepeats(string name)
    {
        using var device = PtxDevice.Open();
        OpCaseTests.Check(AllCases.Find(name), device, "PTX executor");
    }
}
