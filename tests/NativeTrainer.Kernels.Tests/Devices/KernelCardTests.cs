using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ILGPU;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.OpCases;
using NativeTrainer.PtxExecutor.Ilgpu;

namespace NativeTrainer.Kernels.Tests.Devices;

/// <summary>
/// A line for each GPU kernel and architecture in kernel-cards.txt: what the assembler made of it. A change shows in the diff; spills and local memory fail.
/// A card follows from the PTX, so only kernels whose PTX is not the one in kernel-ptx.txt are assembled. NATIVETRAINER_UPDATE_CARDS=1 writes both files anew.
/// </summary>
public sealed partial class KernelCardTests
{
    private const string CardsFile = "kernel-cards.txt", PtxFile = "kernel-ptx.txt";

    [Fact]
    public void CardsAreAsTracked()
    {
        var kernels = KernelsOfAllCases();
        Assert.True(kernels.Count > 50, $"only {kernels.Count} kernels were found");
        var texts = kernels.ToDictionary(k => k.Key, k => PtxDevice.Compile(k.Value.Method, k.Value.Threads));
        foreach (var (name, text) in texts)
        {
            Assert.False(text.Contains(".local", StringComparison.Ordinal), $"{name}: local memory in the PTX");
            Assert.False(text.Contains("call.uni", StringComparison.Ordinal), $"{name}: a call that was not inlined");
        }
        var hashes = texts.ToDictionary(t => t.Key, t => $"{t.Key,-72} {Hash(t.Value, kernels[t.Key].Threads)}");
        string[] tracked = Lines(CardsFile);
        bool update = Environment.GetEnvironmentVariable("NATIVETRAINER_UPDATE_CARDS") == "1";
        var known = update ? [] : Lines(PtxFile).ToHashSet();
        var changed = texts.Where(t => !known.Contains(hashes[t.Key])).ToDictionary();
        var assembler = Assembler.Find();
        if (assembler is null && changed.Count > 0)
        {
            Assert.Skip($"{kernels.Count} kernels compile to PTX without local memory; {changed.Count} of them have changed, and ptxas is not here to compare their cards (.ci/fetch-ptxas fetches it, NATIVETRAINER_PTXAS names its folder)");
            return;
        }
        var made = new ConcurrentBag<string>(tracked.Where(line => line.Split(' ')[0] is var name && texts.ContainsKey(name) && !changed.ContainsKey(name)));
        Parallel.ForEach(changed, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, pair =>
        {
            foreach (int architecture in new[] { 80, 90 }) made.Add($"{pair.Key,-72} sm_{architecture} {assembler!.Card(pair.Value, kernels[pair.Key].Threads, architecture)}");
        });
        string[] actual = [.. made.Order(StringComparer.Ordinal)];
        if (update)
        {
            File.WriteAllLines(Path.Combine(SourceFolder(), CardsFile), actual);
            File.WriteAllLines(Path.Combine(SourceFolder(), PtxFile), hashes.Values.Order(StringComparer.Ordinal));
            tracked = actual;
        }
        foreach (string line in actual)
        {
            Assert.True(line.Contains(" spills 0 ", StringComparison.Ordinal) && line.Contains(" stack 0 ", StringComparison.Ordinal), $"a kernel spills: {line}");
            if (!line.Contains("Mma", StringComparison.Ordinal) || line.StartsWith("Peak", StringComparison.Ordinal)) continue;
            // ldmatrix cannot transpose 32-bit elements, and wgrad's operands both want that.
            bool loadsMatrices = !line.Contains("BackwardWeightsMma", StringComparison.Ordinal) || !line.Contains("RowMajorWords", StringComparison.Ordinal);
            Assert.False(line.Contains(" hmma 0 ", StringComparison.Ordinal) || (loadsMatrices && line.Contains(" ldsm 0 ", StringComparison.Ordinal)) || line.Contains(" ldgsts 0 ", StringComparison.Ordinal), $"a tensor-core kernel without tensor cores: {line}");
        }
        Assert.Equal(2 * kernels.Count, actual.Length);
        var changes = actual.Except(tracked).Select(l => $"+ {l}").Concat(tracked.Except(actual).Select(l => $"- {l}")).ToArray();
        Assert.True(changes.Length == 0, $"kernels changed; look at the difference, then run once with NATIVETRAINER_UPDATE_CARDS=1:\n{string.Join('\n', changes)}");
    }

    private static string[] Lines(string file) => Path.Combine(SourceFolder(), file) is var path && File.Exists(path) ? File.ReadAllLines(path) : [];

    /// <summary>ILGPU numbers names on through a process, so numbers count in the order in which they appear.</summary>
    private static string Hash(string ptx, int threads)
    {
        var order = new Dictionary<string, int>();
        string text = NumberOfName().Replace(ptx, match =>
        {
            order.TryAdd(match.Value, order.Count);
            return $"_{order[match.Value]}";
        });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{threads}\n{text}")))[..32];
    }

    [GeneratedRegex(@"_\d{3,}")]
    private static partial Regex NumberOfName();

    /// <summary>Every kernel that the plans of the op cases load, by name.</summary>
    private static SortedDictionary<string, (MethodInfo Method, int Threads)> KernelsOfAllCases()
    {
        using var device = RecordingDevice.Open();
        foreach (var opCase in AllCases.List) opCase.Plan(device);
        _ = new PeakProbe(device);
        return device.Kernels;
    }

    private static string SourceFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "NativeTrainer.sln"))) return Path.Combine(folder.FullName, "tests", "NativeTrainer.Kernels.Tests", "Devices");
        throw new DirectoryNotFoundException("the repository's root is not above the tests");
    }

    /// <summary>Notes what plans load, runs nothing.</summary>
    private sealed class RecordingDevice : GpuDevice
    {
        private RecordingDevice(Context context, ILGPU.Runtime.Accelerator accelerator) : base(context, accelerator) { }

        public SortedDictionary<string, (MethodInfo Method, int Threads)> Kernels { get; } = new(StringComparer.Ordinal);

        internal override bool HasTensorCores => true;

        public static RecordingDevice Open() => new(SimulatorContext(out var accelerator), accelerator);

        internal override GpuKernel<TArguments> Compile<TArguments>(Action<TArguments> kernel, int threads)
        {
            Kernels[$"{Name(kernel.Method.DeclaringType!)}.{kernel.Method.Name}{Arguments(kernel.Method.IsGenericMethod ? kernel.Method.GetGenericArguments() : [])}"] = (kernel.Method, threads);
            return new Nothing<TArguments>();
        }

        private static string Name(Type type)
        {
            string own = type.Name.Split('`')[0], outer = type.DeclaringType is null ? "" : $"{type.DeclaringType.Name.Split('`')[0]}.";
            return outer + own + Arguments(type.IsGenericType ? type.GetGenericArguments() : []);
        }

        private static string Arguments(Type[] types) => types.Length == 0 ? "" : $"<{string.Join(",", types.Select(Name))}>";

        private sealed class Nothing<TArguments> : GpuKernel<TArguments> where TArguments : struct
        {
            public override void Launch(Index3D grid, in TArguments arguments) { }
        }
    }
}
