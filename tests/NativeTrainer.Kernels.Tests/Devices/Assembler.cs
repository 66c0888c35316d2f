using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NativeTrainer.Kernels.Tests.Devices;

/// <summary>NVIDIA's assembler and disassembler, where they are installed: what a kernel needs on a card, without the card.</summary>
internal sealed partial class Assembler
{
    private static readonly string[] Tools = ["ptxas", "cuobjdump", "nvdisasm"];

    private readonly string _folder;

    private Assembler(string folder) => _folder = folder;

    /// <summary>From NATIVETRAINER_PTXAS (a folder), the cache of .ci/fetch-ptxas, or the PATH; null where there is none.</summary>
    public static Assembler? Find()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string?[] folders = [Environment.GetEnvironmentVariable("NATIVETRAINER_PTXAS"), Path.Combine(home, ".cache", "nativetrainer", "ptxas"), .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)];
        string? folder = folders.FirstOrDefault(f => !string.IsNullOrEmpty(f) && Tools.All(tool => File.Exists(Path.Combine(f, tool))));
        return folder is null ? null : new Assembler(folder);
    }

    /// <summary>Registers, shared bytes, spilled and stack bytes, counts of the instructions that matter, and the blocks and share of threads that one multiprocessor holds.</summary>
    public string Card(string ptx, int threads, int architecture)
    {
        string source = Path.GetTempFileName(), binary = Path.GetTempFileName();
        try
        {
            File.WriteAllText(source, ptx);
            string report = Run("ptxas", $"-arch=sm_{architecture}", "-v", source, "-o", binary), code = Run("cuobjdump", "--dump-sass", binary);
            int registers = Number(report, RegistersPattern()), shared = Number(report, SharedPattern()), stack = Number(report, StackPattern());
            int spills = Number(report, SpillPattern()), hmma = Count(code, "HMMA."), ldsm = Count(code, "LDSM."), copies = Count(code, "LDGSTS."), wide = Count(code, "LDG.E.128");
            var (blocks, share) = Occupancy(threads, registers, shared, architecture);
            return string.Create(CultureInfo.InvariantCulture, $"threads {threads} registers {registers} shared {shared} spills {spills} stack {stack} hmma {hmma} ldsm {ldsm} ldgsts {copies} ldg128 {wide} blocks {blocks} occupancy {share:P0}");
        }
        finally
        {
            File.Delete(source);
            File.Delete(binary);
        }
    }

    /// <summary>By the limits of sm_80 and sm_90: 65,536 registers in units of 256 a warp, 2,048 threads, 32 blocks, 163 and 227 KiB of shared memory (CUDA C Programming Guide, compute capabilities).</summary>
    private static (int Blocks, double Share) Occupancy(int threads, int registers, int shared, int architecture)
    {
        int warps = (threads + 31) / 32, byRegisters = 65536 / (warps * ((registers * 32 + 255) / 256 * 256));
        int byShared = (architecture == 80 ? 163 : 227) * 1024 / (shared + 1024);
        int blocks = Math.Min(Math.Min(byRegisters, byShared), Math.Min(2048 / threads, 32));
        return (blocks, blocks * threads / 2048.0);
    }

    private string Run(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(_folder, tool), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // cuobjdump looks for nvdisasm on the path.
        start.Environment["PATH"] = $"{_folder}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)}: {errors.Result}{output}");
        return output + errors.Result;
    }

    private static int Count(string code, string instruction) => code.Split('\n').Count(line => line.Contains(instruction, StringComparison.Ordinal));

    private static int Number(string report, Regex pattern) => pattern.Match(report) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex RegistersPattern();

    [GeneratedRegex(@"(\d+) bytes smem")]
    private static partial Regex SharedPattern();

    [GeneratedRegex(@"(\d+) bytes stack frame")]
    private static partial Regex StackPattern();

    [GeneratedRegex(@"(\d+) bytes spill stores")]
    private static partial Regex SpillPattern();
}
