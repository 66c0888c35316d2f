using System.Globalization;
using System.Runtime.InteropServices;

namespace NativeTrainer.Kernels.Devices;

/// <summary>The NVIDIA driver asked directly, before ILGPU is loaded: whether there is one, its version and its cards.</summary>
internal static unsafe class CudaDriver
{
    /// <summary>The first driver interface whose PTX knows bfloat16 products and cp.async: CUDA 11.0.</summary>
    public const int LeastVersion = 11000;

    /// <summary>Why no card can be used; null where one may.</summary>
    public static string? Problem()
    {
        if (!TryLoad(out nint library)) return $"no NVIDIA driver was found ({(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1")})";
        var initialise = (delegate* unmanaged<uint, int>)NativeLibrary.GetExport(library, "cuInit");
        var version = (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(library, "cuDriverGetVersion");
        var count = (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(library, "cuDeviceGetCount");
        int have = 0, cards = 0, error = version(&have);
        if (error == 0 && have < LeastVersion) return $"the NVIDIA driver is too old: it speaks CUDA {Name(have)}, {Name(LeastVersion)} or later is needed; update the driver";
        error = initialise(0);
        if (error != 0) return $"the NVIDIA driver does not start: {Describe(library, error)}";
        error = count(&cards);
        if (error != 0) return $"the NVIDIA driver does not list its cards: {Describe(library, error)}";
        return cards == 0 ? "the NVIDIA driver has no card" : null;
    }

    /// <summary>What the driver speaks, such as 12.4.</summary>
    public static string Version()
    {
        int have = 0;
        if (TryLoad(out nint library)) ((delegate* unmanaged<int*, int>)NativeLibrary.GetExport(library, "cuDriverGetVersion"))(&have);
        return Name(have);
    }

    /// <summary>An entry point of the driver.</summary>
    public static nint Function(string name) => TryLoad(out nint library) ? NativeLibrary.GetExport(library, name) : throw new DllNotFoundException("the NVIDIA driver is gone");

    /// <exception cref="DeviceException">The call failed.</exception>
    public static void Check(string call, int error)
    {
        if (error != 0 && TryLoad(out nint library)) throw new DeviceException($"the NVIDIA card failed in {call}: {Describe(library, error)}", null);
    }

    private static bool TryLoad(out nint library) => NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out library);

    private static string Name(int version) => string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");

    private static string Describe(nint library, int error)
    {
        byte* text = null;
        ((delegate* unmanaged<int, byte**, int>)NativeLibrary.GetExport(library, "cuGetErrorString"))(error, &text);
        return $"{(text is null ? "unknown error" : Marshal.PtrToStringUTF8((nint)text))} (error {error})";
    }
}
