using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.OpCases;

/// <summary>What every case must hold on every device.</summary>
public static class CaseCheck
{
    /// <summary>Results within the reference's bounds, guards intact, and the same bits when run again.</summary>
    /// <param name="outputs">All operands as they were after the first run, in bytes.</param>
    /// <param name="again">Whether to run it again and compare the bits.</param>
    /// <param name="expectation">The case's, where it is checked on several devices.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Run(OpCase opCase, Device device, out byte[][] outputs, bool again = true, CaseExpectation? expectation = null)
    {
        using var runner = new CaseRunner(device, opCase);
        runner.Reset();
        runner.Run();
        expectation ??= new CaseExpectation(opCase);
        var tensors = opCase.Tensors;
        outputs = new byte[tensors.Count][];
        for (int t = 0; t < outputs.Length; t++)
        {
            outputs[t] = runner.Read(t);
            if (tensors[t].Role == TensorRole.Input) continue;
            if (expectation.Difference(t, runner.ReadValues(t), tensors[t].Name) is string difference) return difference;
        }
        if (runner.BrokenGuard() is string broken) return $"memory beside {broken} was written";
        if (!again) return null;
        runner.Reset();
        runner.Run();
        for (int t = 0; t < outputs.Length; t++)
            if (!outputs[t].AsSpan().SequenceEqual(runner.Read(t))) return $"{tensors[t].Name} differs between two runs";
        return null;
    }
}
