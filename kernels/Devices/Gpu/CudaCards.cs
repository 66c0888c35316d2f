using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace NativeTrainer.Kernels.Devices;

/// <summary>An NVIDIA card as <c>--device cuda:n</c> names it.</summary>
/// <param name="Index">n.</param>
/// <param name="Name">As the driver says.</param>
/// <param name="Architecture">Compute capability, such as 9.0.</param>
/// <param name="MemoryBytes">All of its memory.</param>
/// <param name="Driver">The CUDA version that the driver speaks.</param>
/// <param name="Precisions">What it computes in, the fastest first.</param>
public sealed record CudaCard(int Index, string Name, string Architecture, long MemoryBytes, string Driver, IReadOnlyList<Precision> Precisions);

/// <summary>The NVIDIA cards of this machine.</summary>
public static class CudaCards
{
    /// <param name="problem">Why there is none; null where there is one.</param>
    public static IReadOnlyList<CudaCard> List(out string? problem)
    {
        problem = CudaDriver.Problem();
        if (problem is not null) return [];
        using var context = Context.Create(builder => builder.Cuda());
        string driver = CudaDriver.Version();
        var cards = Devices(context).Select((d, i) => new CudaCard(i, d.Name, $"{d.Architecture?.Major}.{d.Architecture?.Minor}", d.MemorySize, driver,
            HasTensorCores(d.Architecture) ? [Precision.BFloat16, Precision.Tf32, Precision.Float32] : [Precision.Float32])).ToArray();
        if (cards.Length == 0) problem = "the NVIDIA driver has no card that ILGPU can use";
        return cards;
    }

    /// <exception cref="ArgumentException">There is no such card, or it cannot be opened; the message says why.</exception>
    internal static GpuDevice Open(string name)
    {
        int index = Index(name);
        if (CudaDriver.Problem() is string problem) throw new ArgumentException($"'{name}' cannot be used: {problem}; give cpu");
        var context = Context.Create(builder =>
        {
            GpuContext.Configure(builder);
            builder.Cuda();
        });
        try
        {
            RequireCard(index, [.. Devices(context).Select(d => d.Name)]);
            return new CudaGpu(context, context.CreateCudaAccelerator(index));
        }
        catch (Exception error)
        {
            context.Dispose();
            if (error is ArgumentException) throw;
            throw new ArgumentException($"'{name}' cannot be opened: {error.Message}", error);
        }
    }

    /// <summary>n of cuda:n.</summary>
    internal static int Index(string name)
    {
        int index = 0;
        return name == "cuda" || (name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), out index) && index >= 0)
            ? index
            : throw new ArgumentException($"'{name}' is not known; give auto, cpu, cuda or cuda:0");
    }

    internal static void RequireCard(int index, IReadOnlyList<string> cards)
    {
        if (index >= cards.Count) throw new ArgumentException($"'cuda:{index}' is not there; this machine has {string.Join(", ", cards.Select((c, i) => $"cuda:{i} ({c})"))}");
    }

    private static List<CudaDevice> Devices(Context context)
    {
        var devices = new List<CudaDevice>();
        foreach (var device in context.GetCudaDevices()) devices.Add(device);
        return devices;
    }

    internal static bool HasTensorCores(CudaArchitecture? architecture) => architecture >= PtxCompiler.Architecture;

    private sealed class CudaGpu(Context context, CudaAccelerator accelerator) : GpuDevice(context, accelerator)
    {
        public override string Description => $"{accelerator.Name} ({accelerator.MemorySize / 1e9:F0} GB, CUDA {CudaDriver.Version()})";

        public override IReadOnlyList<Precision> Precisions => HasTensorCores ? [Precision.BFloat16, Precision.Tf32, Precision.Float32] : [Precision.Float32];

        internal override bool HasTensorCores { get; } = HasTensorCores(accelerator.Architecture);

        private protected override bool Records => true;

        private nint NativeStream => ((CudaStream)Stream).StreamPtr;

        private protected override void BeginRecording() => CudaGraph.Begin(accelerator, NativeStream);

        private protected override GpuRecording EndRecording() => CudaGraph.End(accelerator, NativeStream);

        internal override GpuEvent CreateEvent() => new CudaEvent(accelerator);

        public override long? FreeBytes => accelerator.GetFreeMemory();
    }
}
