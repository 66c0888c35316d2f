using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace NativeTrainer.Kernels.Devices;

/// <summary>An event of the CUDA driver ("Event management"), without times.</summary>
internal sealed unsafe class CudaEvent : GpuEvent
{
    /// <summary>CU_EVENT_DISABLE_TIMING.</summary>
    private const uint DisableTiming = 2;

    private readonly CudaAccelerator _accelerator;
    private readonly nint _handle;

    public CudaEvent(CudaAccelerator accelerator)
    {
        (_accelerator, nint handle) = (accelerator, 0);
        accelerator.Bind();
        CudaDriver.Check("cuEventCreate", ((delegate* unmanaged<nint*, uint, int>)CudaDriver.Function("cuEventCreate"))(&handle, DisableTiming));
        _handle = handle;
    }

    public override void Record(AcceleratorStream stream)
    {
        _accelerator.Bind();
        CudaDriver.Check("cuEventRecord", ((delegate* unmanaged<nint, nint, int>)CudaDriver.Function("cuEventRecord"))(_handle, ((CudaStream)stream).StreamPtr));
    }

    public override void Wait()
    {
        _accelerator.Bind();
        CudaDriver.Check("cuEventSynchronize", ((delegate* unmanaged<nint, int>)CudaDriver.Function("cuEventSynchronize"))(_handle));
    }

    public override void Before(AcceleratorStream stream)
    {
        _accelerator.Bind();
        CudaDriver.Check("cuStreamWaitEvent", ((delegate* unmanaged<nint, nint, uint, int>)CudaDriver.Function("cuStreamWaitEvent"))(((CudaStream)stream).StreamPtr, _handle, 0));
    }

    public override void Dispose()
    {
        _accelerator.Bind();
        _ = ((delegate* unmanaged<nint, int>)CudaDriver.Function("cuEventDestroy_v2"))(_handle);
        base.Dispose();
    }
}
