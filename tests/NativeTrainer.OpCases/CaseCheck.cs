using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.OpCases;

/// <summary>What every case must hold on every device.</summary>
public static class CaseCheck
{
    /// <summary>Results within the reference's bounds, guards intact, and the same bits when run again.</summary>
    /// <param name="outputs">All operands as they were after the first run, in bytes.</param>
    /// <param name="again">Whether to run it again and compare the bits.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Run(OpCase opCase, Device device, out byte[][] outputs, bool again = true)
    {
        using var runner = new CaseRunner(device, opCase);
        runner.Reset();
        runner.Run();
        var (values, bounds) = runner.ReferenceOperands();
        opCase.Reference(values, bounds);
        outputs = new byte[opCase.Tensors.Count][];
        for (int t = 0; t < outputs.Length; t++)
        {
            outputs[t] = runner.Read(t);
            if (opCase.Tensors[t].Role == TensorRole.Input) continue;
            var actual = runner.ReadValues(t);
            for (int i = 0; i < actual.Length; i++)
            {
                if (!(Math.Abs(actual[i] - values[t][i]) <= bounds[t][i]))
                    return $"{opCase.Tensors[t].Name}[{i}] = {actual[i]:R}, reference {values[t][i]:R}, off by {Math.Abs(actual[i] - values[t][i]):E2}, bound {bounds[t][i]:E2}";
            }
        }
        if (runner.BrokenGuard() is string broken) return $"memory beside {broken} was written";
        if (!again) return null;
        runner.Reset();
        runner.Run();
        for (int t = 0; t < outputs.Length; t++)
            if (!outputs[t].AsSpan().SequenceEqual(runner.Read(t))) return $"{opCase.Tensors[t].Name} differs between two runs";
        return null;
    }
}
