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
    public void AgreesWithReferenceAndRepeats(string name)
    {
        var opCase = AllCases.Find(name);
        foreach (var isa in Isas)
        {
            using var one = new CpuDevice(1, isa);
            using var three = new CpuDevice(3, isa);
            var first = Check(opCase, one, $"{isa}");
            var second = Check(opCase, three, $"{isa}");
            for (int i = 0; i < first.Length; i++)
                Assert.True(first[i].AsSpan().SequenceEqual(second[i]), $"{name} on {isa}: {opCase.Tensors[i].Name} differs between 1 and 3 threads");
        }
    }

    internal static byte[][] Check(OpCase opCase, Device device, string where)
    {
        using var runner = new CaseRunner(device, opCase);
        runner.Reset();
        runner.Run();
        var (values, bounds) = runner.ReferenceOperands();
        opCase.Reference(values, bounds);
        var outputs = new byte[opCase.Tensors.Count][];
        for (int t = 0; t < outputs.Length; t++)
        {
            outputs[t] = runner.Read(t);
            if (opCase.Tensors[t].Role == TensorRole.Input) continue;
            var actual = runner.ReadValues(t);
            for (int i = 0; i < actual.Length; i++)
            {
                Assert.True(Math.Abs(actual[i] - values[t][i]) <= bounds[t][i],
                    $"{opCase.Name} on {where}: {opCase.Tensors[t].Name}[{i}] = {actual[i]:R}, reference {values[t][i]:R}, off by {Math.Abs(actual[i] - values[t][i]):E2}, bound {bounds[t][i]:E2}");
            }
        }
        Assert.Null(runner.BrokenGuard());
        runner.Reset();
        runner.Run();
        for (int t = 0; t < outputs.Length; t++)
            Assert.True(outputs[t].AsSpan().SequenceEqual(runner.Read(t)), $"{opCase.Name} on {where}: {opCase.Tensors[t].Name} differs between two runs");
        return outputs;
    }
}
