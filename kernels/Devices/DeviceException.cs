namespace NativeTrainer.Kernels.Devices;

/// <summary>A device failed while it was in use: a card that was lost, or a kernel that it refused.</summary>
public sealed class DeviceException(string message, Exception? cause) : Exception(message, cause);
