using NativeTrainer.Kernels.Devices;
using NativeTrainer.OpCases;

namespace NativeTrainer.Kernels.Tests;

/// <summary>Every op case on every instruction set that this machine has: reference, guard bytes, repeat, thread count.</summary>
public sealed class OpCaseTests
{
    public static TheoryData<string> Names => [.. AllCases.List.Where(c => !c.Benchmark && c.Precision == Precision.Float32).Select(c => c.Name)];

    /// <summary>All instruction sets up to the best here; so one run covers the matrix on a wide machine.</summary>
    private static IEnumerable<CpuIsa> Isas => Enum.GetValues<CpuIsa>().Where(isa => isa >= CpuIsaDetection.Best);

    [Fact]
    public void CaseNamesAreUnique() => Assert.Equal(AllCases.List.Count, AllCases.List.Select(c => c.Name).Distinct().Count());

    [Theory]
    [MemberData(nameof(Names))]
    public void AgreesWithReferenceAndRepeats(string name) => CheckEverywhere(AllCases.Find(name));

    public static TheoryData<string> StatisticsNames => [.. ConvStatisticsCases.OfProcessor.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(StatisticsNames))]
    public void StatisticsOfAConvolutionServeTheNormBehindIt(string name) => CheckEverywhere(ConvStatisticsCases.OfProcessor.Single(c => c.Name == name));

    private static void CheckEverywhere(OpCase opCase)
    {
        var expectation = new CaseExpectation(opCase);
        foreach (var isa in Isas)
        {
            using var one = new CpuDevice(1, isa);
            using var three = new CpuDevice(3, isa);
            var first = Check(opCase, one, $"{isa}", expectation: expectation);
            var second = Check(opCase, three, $"{isa}", expectation: expectation);
            for (int i = 0; i < first.Length; i++)
                Assert.True(first[i].AsSpan().SequenceEqual(second[i]), $"{opCase.Name} on {isa}: {opCase.Tensors[i].Name} differs between 1 and 3 threads");
        }
    }

    internal static byte[][] Check(OpCase opCase, Device device, string where, bool again = true, CaseExpectation? expectation = null)
    {
        string? failure = CaseCheck.Run(opCase, device, out var outputs, again, expectation);
        Assert.True(failure is null, $"{opCase.Name} on {where}: {failure}");
        return outputs;
    }
}
