using NativeTrainer.PtxExecutor.Execution;
using NativeTrainer.PtxExecutor.Memory;
using NativeTrainer.PtxExecutor.Parsing;

namespace NativeTrainer.PtxExecutor;

/// <summary>A kernel of a PTX module, ready to run on the CPU with every access checked.</summary>
public sealed class PtxKernel
{
    private readonly KernelProgram _program;

    private PtxKernel(KernelProgram program) => _program = program;

    public string Name => _program.Name;

    /// <summary>Bytes of the parameter block.</summary>
    public int ParameterBytes => _program.ParameterBytes;

    public int SharedBytes => _program.SharedBytes;

    /// <param name="text">A module with one entry.</param>
    /// <exception cref="PtxSyntaxException">The text is no PTX, or holds what the executor does not model.</exception>
    public static PtxKernel Parse(string text)
    {
        var module = ModuleParser.Parse(text);
        var entry = module.Functions.Values.Single(f => f.IsEntry);
        return new(new KernelProgram(entry, module.Variables));
    }

    /// <param name="memory">Holds every range of <paramref name="allowed"/>.</param>
    /// <param name="grid">Blocks.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="parameters">The parameter block, laid out as PTX lays it out.</param>
    /// <param name="allowed">The bytes that the arguments give the kernel; any other is out of bounds.</param>
    /// <exception cref="PtxFault">The kernel did something wrong.</exception>
    public PtxCounts Run(PtxMemory memory, Index3 grid, Index3 threads, ReadOnlySpan<byte> parameters, IEnumerable<PtxRange> allowed)
    {
        if (parameters.Length != ParameterBytes) throw new ArgumentException($"{Name} takes {ParameterBytes} bytes of parameters, got {parameters.Length}", nameof(parameters));
        if (_program.MaximumThreads > 0 && threads.Count > _program.MaximumThreads) throw new ArgumentException($"{Name} runs with at most {_program.MaximumThreads} threads, got {threads}", nameof(threads));
        using var launch = new Launch(_program, memory, grid, threads, parameters.ToArray(), [.. allowed]);
        launch.Run();
        return launch.Counts;
    }
}
