using NativeTrainer.OpCases;

namespace NativeTrainer.Kernels.Tests.Devices;

/// <summary>Says in the test run's output how much of the GPU is checked without a card.</summary>
public sealed class CountOfCasesTests
{
    [Fact]
    public void EveryKindOfCaseRunsSomewhere()
    {
        int simulator = SimulatorTests.Names.Count, executor = PtxTests.Names.Count;
        int tensorCores = AllCases.List.Count(c => c.NeedsTensorCores || c.Precision == Precision.Tf32);
        TestContext.Current.SendDiagnosticMessage($"GPU op cases without a card: {simulator} on ILGPU's simulator (Simt), {executor} in the PTX executor, {MmaTileTests.Cases.Count + MmaTileTests.StatisticsCases.Count + 1} more for the block tiles of the tensor cores");
        Assert.True(simulator > 400 && executor > 700 && tensorCores > 100, $"{simulator}, {executor}, {tensorCores}");
    }

    /// <summary>Large shapes are left to the executor; each function of each op has small ones.</summary>
    [Fact]
    public void EveryFunctionRunsOnTheSimulatorToo()
    {
        var functions = AllCases.List.Where(c => !c.Benchmark && !c.NeedsTensorCores).Select(Function).ToHashSet();
        functions.ExceptWith(AllCases.List.Where(c => c.Simulated).Select(Function));
        Assert.True(functions.Count == 0, $"no case is small enough for the simulator: {string.Join(", ", functions)}");
    }

    /// <summary>Such as <c>conv2d/Data</c>: the word of a case's name that has a slash, or the first.</summary>
    private static string Function(OpCase opCase)
    {
        string[] words = opCase.Name.Split(' ');
        return words.FirstOrDefault(word => word.Contains('/')) ?? words[0];
    }
}
