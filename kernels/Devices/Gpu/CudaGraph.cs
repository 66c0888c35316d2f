using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace NativeTrainer.Kernels.Devices;

/// <summary>A CUDA graph (CUDA driver API, "Graph management"): what was launched on a stream between two calls, started again as a whole.</summary>
internal sealed unsafe class CudaGraph : GpuRecording
{
    /// <summary>CU_STREAM_CAPTURE_MODE_THREAD_LOCAL: what other threads do with the driver does not matter.</summary>
    private const int ThreadLocal = 1;

    private readonly CudaAccelerator _accelerator;
    private readonly nint _stream;
    private nint _graph, _executable;

    private CudaGraph(CudaAccelerator accelerator, nint stream) => (_accelerator, _stream) = (accelerator, stream);

    public static void Begin(CudaAccelerator accelerator, nint stream)
    {
        accelerator.Bind();
        CudaDriver.Check("cuStreamBeginCapture_v2", ((delegate* unmanaged<nint, int, int>)CudaDriver.Function("cuStreamBeginCapture_v2"))(stream, ThreadLocal));
    }

    public static CudaGraph End(CudaAccelerator accelerator, nint stream)
    {
        var graph = new CudaGraph(accelerator, stream);
        nint handle = 0, executable = 0;
        CudaDriver.Check("cuStreamEndCapture", ((delegate* unmanaged<nint, nint*, int>)CudaDriver.Function("cuStreamEndCapture"))(stream, &handle));
        graph._graph = handle;
        // The error node and log of the older call are not asked for; the entry point is in every driver since CUDA 11.
        CudaDriver.Check("cuGraphInstantiate_v2", ((delegate* unmanaged<nint*, nint, nint*, byte*, nuint, int>)CudaDriver.Function("cuGraphInstantiate_v2"))(&executable, handle, null, null, 0));
        graph._executable = executable;
        return graph;
    }

    public override void Launch()
    {
        _accelerator.Bind();
        CudaDriver.Check("cuGraphLaunch", ((delegate* unmanaged<nint, nint, int>)CudaDriver.Function("cuGraphLaunch"))(_executable, _stream));
    }

    public override void Dispose()
    {
        _accelerator.Bind();
        if (_executable != 0) ((delegate* unmanaged<nint, int>)CudaDriver.Function("cuGraphExecDestroy"))(_executable);
        if (_graph != 0) ((delegate* unmanaged<nint, int>)CudaDriver.Function("cuGraphDestroy"))(_graph);
        (_executable, _graph) = (0, 0);
    }
}
