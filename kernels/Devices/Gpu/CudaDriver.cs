using System.Globalization;
using System.Runtime.InteropServices;

namespace NativeTrainer.Kernels.Devices;

/// <summary>The driver's calls that come before all others; each returns the driver's error, 0 for none.</summary>
internal interface ICudaStart
{
    /// <summary>1000·major + 10·minor of the CUDA version.</summary>
    int Version(out int version);

    int Initialise();

    int Cards(out int cards);

    string Describe(int error);
}

/// <summary>The NVIDIA driver asked directly, before ILGPU is loaded: whether there is one, its version and its cards.</summary>
internal static unsafe class CudaDriver
{
    /// <summary>The first driver interface whose PTX knows bfloat16 products and cp.async: CUDA 11.0.</summary>
    public const int LeastVersion = 11000;

    private static string LibraryName => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>Why no card can be used; null where one may.</summary>
    public static string? Problem() => TryLoad(out nint library) ? Problem(new Library(library)) : Problem(null);

    /// <param name="driver">Null where there is none.</param>
    internal static string? Problem(ICudaStart? driver)
    {
        if (driver is null) return $"no NVIDIA driver was found ({LibraryName})";
        int error = driver.Version(out int have);
        if (error == 0 && have < LeastVersion) return $"the NVIDIA driver is too old: it speaks CUDA {Name(have)}, {Name(LeastVersion)} or later is needed; update the driver";
        error = driver.Initialise();
        if (error != 0) return $"the NVIDIA driver does not start: {driver.Describe(error)}";
        error = driver.Cards(out int cards);
        if (error != 0) return $"the NVIDIA driver does not list its cards: {driver.Describe(error)}";
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

    private static bool TryLoad(out nint library) => NativeLibrary.TryLoad(LibraryName, out library);

    private static string Name(int version) => string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");

    private static string Describe(nint library, int error)
    {
        byte* text = null;
        ((delegate* unmanaged<int, byte**, int>)NativeLibrary.GetExport(library, "cuGetErrorString"))(error, &text);
        return $"{(text is null ? "unknown error" : Marshal.PtrToStringUTF8((nint)text))} (error {error})";
    }

    private sealed class Library(nint library) : ICudaStart
    {
        public int Version(out int version)
        {
            int have = 0, error = ((delegate* unmanaged<int*, int>)NativeLibrary.GetExport(library, "cuDriverGetVersion"))(&have);
            version = have;
            return error;
        }

        public int Initialise() => ((delegate* unmanaged<uint, int>)NativeLibrary.GetExport(library, "cuInit"))(0);

        public int Cards(out int cards)
        {
            int count = 0, error = ((delegate* unmanaged<int*, int>)NativeLibrary.GetExport(library, "cuDeviceGetCount"))(&count);
            cards = count;
            return error;
        }

        public string Describe(int error) => CudaDriver.Describe(library, error);
    }
}
