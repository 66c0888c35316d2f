using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace NativeTrainer.TorchSharpPeer;

/// <summary>
/// Some virtual machines on AMD processors hide the caches (CPUID leaf 0x8000001D is zero). oneDNN, which computes libtorch's convolutions, then believes in caches of one byte: it
/// chooses bad blocks, and divides by zero in 1×1 convolutions. There the sizes that the C library knows are put into its private description of the processor. Elsewhere nothing happens.
/// </summary>
internal static unsafe class OneDnnCaches
{
    private const int CacheLeaf = unchecked((int)0x8000001D), Level1Data = 188, Level2 = 191; // sysconf's _SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE
    private const uint Level3PerCore = 4 << 20; // of Zen 2 to Zen 5

    // Xbyak::util::Cpu as libtorch 2.10 holds it, in 32-bit words: data_cache_size from 7 on, the number of levels at 27.
    private const int SizesWord = 7, LevelsWord = 27, Levels = 3;

    /// <summary>To be called once, after the native library is loaded.</summary>
    public static void Repair()
    {
        if (!OperatingSystem.IsLinux() || !X86Base.IsSupported) return;
        var (_, vendor, _, _) = X86Base.CpuId(0, 0);
        if (vendor != 0x68747541 || (X86Base.CpuId(CacheLeaf, 0).Eax & 31) != 0) return; // "Auth" of AuthenticAMD
        using (no_grad()) nn.functional.conv2d(zeros(1, 16, 8, 8), zeros(16, 16, 3, 3)).Dispose(); // oneDNN looks at the processor when it is first used
        string library = Path.Combine(AppContext.BaseDirectory, "libtorch_cpu.so");
        var words = (uint*)(LoadedAt(library) + Offset(library));
        if (words[LevelsWord] != Levels || words[SizesWord] != 1) return; // another layout, or another fault
        words[SizesWord] = (uint)sysconf(Level1Data);
        words[SizesWord + 1] = (uint)sysconf(Level2);
        words[SizesWord + 2] = Level3PerCore;
    }

    private static nint LoadedAt(string library)
    {
        string line = File.ReadLines("/proc/self/maps").First(l => l.EndsWith(library, StringComparison.Ordinal));
        return nint.Parse(line.AsSpan(0, line.IndexOf('-')), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    // Half a million names: looked up once and kept.
    private static nint Offset(string library)
    {
        string kept = library + ".cpu";
        if (File.Exists(kept) && File.GetLastWriteTimeUtc(kept) >= File.GetLastWriteTimeUtc(library)) return nint.Parse(File.ReadAllText(kept), CultureInfo.InvariantCulture);
        ulong address = ElfSymbols.Find(library, "_ZZN4dnnl4impl3cpu3x643cpuEvE4cpu_"u8) ?? throw new InvalidDataException($"{library}: has no dnnl::impl::cpu::x64::cpu()");
        File.WriteAllText(kept, address.ToString(CultureInfo.InvariantCulture));
        return (nint)address;
    }

    [DllImport("libc")]
    private static extern long sysconf(int name);
}
