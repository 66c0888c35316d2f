using ILGPU;
using ILGPU.Runtime;

namespace NativeTrainer.Kernels.Devices;

/// <summary>A loaded kernel; its launches are asynchronous, in the order of the device's stream.</summary>
internal abstract class GpuKernel<TArguments> where TArguments : struct
{
    public void Launch(int blocks, in TArguments arguments) => Launch(new Index3D(blocks, 1, 1), arguments);

    /// <param name="grid">Blocks along x, y and z.</param>
    /// <param name="arguments">Copied at the launch.</param>
    public abstract void Launch(Index3D grid, in TArguments arguments);
}

internal sealed class IlgpuKernel<TArguments>(GpuDevice device, Action<TArguments> kernel, int threads) : GpuKernel<TArguments> where TArguments : struct
{
    private readonly Action<AcceleratorStream, KernelConfig, TArguments> _launch = device.Accelerator.LoadKernel(kernel, new KernelSpecialization(threads, null));

    public override void Launch(Index3D grid, in TArguments arguments)
    {
        if (device.SkipsLaunches) return;
        try
        {
            _launch(device.Stream, new KernelConfig(grid, new Index3D(threads, 1, 1)), arguments);
        }
        catch (AcceleratorException error)
        {
            throw new DeviceException($"{device.Description} failed: {error.Message}", error);
        }
    }
}
