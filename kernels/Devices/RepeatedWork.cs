namespace NativeTrainer.Kernels.Devices;

/// <summary>Work for <see cref="Device.Repeat"/>; it belongs to the device that ran it first. Tensors that are placed anew want a new one.</summary>
/// <param name="run">Launches kernels and copies between tensors; no uploads, no downloads.</param>
public sealed class RepeatedWork(Action run) : IDisposable
{
    /// <summary>Runs so far.</summary>
    internal int Runs { get; set; }

    internal GpuRecording? Recording { get; set; }

    public void Dispose() => Recording?.Dispose();

    internal void Run() => run();
}

/// <summary>Launches in the order in which they were made, to be started again together.</summary>
internal abstract class GpuRecording : IDisposable
{
    public abstract void Launch();

    public abstract void Dispose();
}
