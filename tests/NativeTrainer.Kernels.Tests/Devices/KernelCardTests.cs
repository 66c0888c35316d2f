using System.Collections.Concurrent;
using System.Reflection;
using ILGPU;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.OpCases;
using NativeTrainer.PtxExecutor.Ilgpu;

namespace NativeTrainer.Kernels.Tests.Devices;

/// <summary>
/// A line for each GPU kernel in kernel-cards.txt: what the assembler made of it. A change shows in the diff; spills and local memory fail.
/// NATIVETRAINER_UPDATE_CARDS=1 writes the file anew.
/// </summary>
public sealed class KernelCardTests
{
    private const string FileName = "kernel-cards.txt";

    [Fact]
    public void CardsAreAsTracked()
    {
        var kernels = KernelsOfAllCases();
        Assert.True(kernels.Count > 50, $"only {kernels.Count} kernels were found");
        var texts = new ConcurrentDictionary<string, string>();
        foreach (var (name, (method, threads)) in kernels) texts[name] = PtxDevice.Compile(method, threads);
        foreach (var (name, text) in texts)
        {
            Assert.False(text.Contains(".local", StringComparison.Ordinal), $"{name}: local memory in the PTX");
            Assert.False(text.Contains("call.uni", StringComparison.Ordinal), $"{name}: a call that was not inlined");
        }
        if (Assembler.Find() is not { } assembler)
        {
            Assert.Skip($"{kernels.Count} kernels compile to PTX without local memory; ptxas is not here, so their cards were not compared (.ci/fetch-ptxas fetches it, NATIVETRAINER_PTXAS names its folder)");
            return;
        }
        var lines = new ConcurrentDictionary<string, string>();
        Parallel.ForEach(texts, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            pair => lines[pair.Key] = string.Join("\n", new[] { 80, 90 }.Select(architecture => $"{pair.Key,-72} sm_{architecture} {assembler.Card(pair.Value, kernels[pair.Key].Threads, architecture)}")));
        string actual = string.Join("\n", lines.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => l.Value)) + "\n";
        string tracked = Path.Combine(SourceFolder(), FileName);
        if (Environment.GetEnvironmentVariable("NATIVETRAINER_UPDATE_CARDS") == "1") File.WriteAllText(tracked, actual);
        foreach (string line in actual.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.True(line.Contains(" spills 0 ", StringComparison.Ordinal) && line.Contains(" stack 0 ", StringComparison.Ordinal), $"a kernel spills: {line}");
            if (!line.Contains("Mma", StringComparison.Ordinal) || line.StartsWith("Peak", StringComparison.Ordinal)) continue;
            // ldmatrix cannot transpose 32-bit elements, and wgrad's operands both want that.
            bool loadsMatrices = !line.Contains("BackwardWeightsMma", StringComparison.Ordinal) || !line.Contains("RowMajorWords", StringComparison.Ordinal);
            Assert.False(line.Contains(" hmma 0 ", StringComparison.Ordinal) || (loadsMatrices && line.Contains(" ldsm 0 ", StringComparison.Ordinal)) || line.Contains(" ldgsts 0 ", StringComparison.Ordinal), $"a tensor-core kernel without tensor cores: {line}");
        }
        Assert.True(File.Exists(tracked), $"{FileName} is missing; run once with NATIVETRAINER_UPDATE_CARDS=1");
        string[] expected = File.ReadAllText(tracked).Split('\n'), made = actual.Split('\n');
        var changes = made.Except(expected).Select(l => $"+ {l}").Concat(expected.Except(made).Select(l => $"- {l}")).ToArray();
        Assert.True(changes.Length == 0, $"kernels changed; look at the difference, then run once with NATIVETRAINER_UPDATE_CARDS=1:\n{string.Join('\n', changes)}");
    }

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
