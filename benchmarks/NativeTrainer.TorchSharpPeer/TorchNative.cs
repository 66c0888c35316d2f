using System.Runtime.InteropServices;

namespace NativeTrainer.TorchSharpPeer;

/// <summary>
/// Makes TorchSharp's native library loadable where libstdc++ is older than the one it was built with (Debian 12).
/// It needs version GLIBCXX_3.4.32 for one symbol, std::ios_base_library_init(), which &lt;iostream&gt; only mentions to force that
/// version: no relocation refers to it. So a private copy beside the original, with that one need marked weak, loads and lacks nothing.
/// </summary>
internal static class TorchNative
{
    private const string NewerVersion = "GLIBCXX_3.4.32";

    /// <summary>Loads the library; to be called before anything of TorchSharp is touched.</summary>
    public static void Load()
    {
        if (!OperatingSystem.IsLinux()) return;
        string original = Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so");
        try
        {
            NativeLibrary.Load(original);
        }
        catch (DllNotFoundException failure) when (failure.Message.Contains(NewerVersion, StringComparison.Ordinal))
        {
            // The loader knows a library by its soname: TorchSharp's own search for libLibTorchSharp.so then finds this copy.
            NativeLibrary.Load(WeakCopy(original));
        }
    }

    private static string WeakCopy(string original)
    {
        string copy = Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.weak.so");
        if (File.Exists(copy) && File.GetLastWriteTimeUtc(copy) >= File.GetLastWriteTimeUtc(original)) return copy;
        var file = File.ReadAllBytes(original);
        if (new ElfVersionNeeds(file).MarkWeak(NewerVersion) == 0)
            throw new InvalidDataException($"{original}: does not name {NewerVersion}, although the loader says so");
        string temporary = $"{copy}.{Environment.ProcessId}";
        File.WriteAllBytes(temporary, file);
        File.Move(temporary, copy, overwrite: true);
        return copy;
    }
}
