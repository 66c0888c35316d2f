using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace NativeTrainer.Kernels.Devices;

/// <summary>Compiles kernels to PTX with no card and no driver: for kernel cards and for the executor that tests run.</summary>
internal sealed class PtxCompiler : IDisposable
{
    /// <summary>What all kernels are compiled for: the least card with bfloat16 tensor cores and asynchronous copies.</summary>
    public static readonly CudaArchitecture Architecture = new(8, 0);

    private readonly Context _context = Context.Create(GpuContext.Configure);
    private readonly PTXBackend _backend;

    public PtxCompiler() => _backend = new PTXBackend(_context, Architecture, new CudaInstructionSet(7, 8), null!);

    /// <param name="kernel">A static method of explicitly grouped code.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <returns>The module's text.</returns>
    public string Compile(MethodInfo kernel, int threads)
        => ((PTXCompiledKernel)_backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), new KernelSpecialization(threads, null))).PTXAssembly;

    public void Dispose()
    {
        _backend.Dispose();
        _context.Dispose();
    }
}

/// <summary>The ILGPU settings that every context of ours shares.</summary>
internal static class GpuContext
{
    public static void Configure(Context.Builder builder)
    {
        builder.Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive);
        PtxIntrinsics.Register(builder);
    }
}
