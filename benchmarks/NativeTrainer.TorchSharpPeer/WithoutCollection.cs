namespace NativeTrainer.TorchSharpPeer;

/// <summary>
/// Holds the garbage collector off while TorchSharp steps an optimizer. TorchSharp 0.107 passes the native handle of a Scalar without
/// keeping the Scalar alive: a collection in that moment frees it under the native call, which then fails ("Expected false to be true").
/// </summary>
internal static class WithoutCollection
{
    private const long Budget = 16 << 20; // bytes; a step makes some thousand small objects

    public static void Run(Action action)
    {
        bool held = GC.TryStartNoGCRegion(Budget);
        action();
        if (held && System.Runtime.GCSettings.LatencyMode == System.Runtime.GCLatencyMode.NoGCRegion) GC.EndNoGCRegion();
    }
}
