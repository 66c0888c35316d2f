using ILGPU.Runtime;

namespace NativeTrainer.Kernels.Devices;

/// <summary>A point in a stream's work that the host or another stream can wait for. This one is for devices whose launches and copies are done when they return.</summary>
internal class GpuEvent : IDisposable
{
    /// <summary>The point after all that was given to the stream so far; it replaces the point before.</summary>
    public virtual void Record(AcceleratorStream stream) { }

    /// <summary>Returns when the point is reached; at once where nothing was recorded.</summary>
    public virtual void Wait() { }

    /// <summary>What is given to the stream later waits for the point.</summary>
    public virtual void Before(AcceleratorStream stream) { }

    public virtual void Dispose() => GC.SuppressFinalize(this);
}
