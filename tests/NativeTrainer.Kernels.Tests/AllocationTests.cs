using NativeTrainer.Kernels.Devices;
using NativeTrainer.OpCases;

namespace NativeTrainer.Kernels.Tests;

/// <summary>A training step allocates nothing because no call of any op does.</summary>
public sealed class AllocationTests
{
    public static TheoryData<string> Names => OpCaseTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void ACallAllocatesNothing(string name)
    {
        using var device = new CpuDevice(1);
        using var runner = new CaseRunner(device, AllCases.Find(name));
        runner.Reset();
        runner.Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        runner.Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
