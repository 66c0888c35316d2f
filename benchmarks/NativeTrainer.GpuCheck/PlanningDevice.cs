using ILGPU;
using ILGPU.Runtime;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.GpuCheck;

/// <summary>Plans as a card with tensor cores would, and counts launches instead of making them: for the cost model, on any machine.</summary>
internal sealed class PlanningDevice : GpuDevice
{
    private PlanningDevice(Context context, Accelerator accelerator) : base(context, accelerator) { }

    public int Launches { get; private set; }

    public override string Description => "a card with tensor cores";

    public override IReadOnlyList<Kernels.Precision> Precisions => [Kernels.Precision.BFloat16, Kernels.Precision.Tf32, Kernels.Precision.Float32];

    internal override bool HasTensorCores => true;

    public static PlanningDevice Open() => new(SimulatorContext(out var accelerator), accelerator);

    internal override GpuKernel<TArguments> Compile<TArguments>(Action<TArguments> kernel, int threads) => new Counted<TArguments>(this);

    private sealed class Counted<TArguments>(PlanningDevice device) : GpuKernel<TArguments> where TArguments : struct
    {
        public override void Launch(Index3D grid, in TArguments arguments) => device.Launches++;
    }
}
