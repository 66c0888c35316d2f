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
        // The runtime itself may allocate in a call, when it compiles a method again; an op that allocates does so in every call.
        Assert.Equal(0, Enumerable.Range(0, 3).Min(_ => Allocated(runner)));
    }

    private static long Allocated(CaseRunner runner)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        runner.Run();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
