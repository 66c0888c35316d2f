using System.Text.Json;
using NativeTrainer.Cli;
using NativeTrainer.GpuCheck;
using NativeTrainer.Kernels.Devices;

// gpu-check nativetrainer …            the command line itself
// gpu-check --device simulator --only cases           a dry run where there is no card: ILGPU's simulator, small cases
// gpu-check --only model                              the cost model by a data sheet, without a card
// gpu-check [--device cuda] [--out DIR] [--only cases,parity,peaks,model,throughput,kernels] [--quick]
if (args is ["nativetrainer", ..]) return CommandLine.Run(args[1..], Console.Out, Console.Error);

string Option(string name, string otherwise)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}

string folder = Option("--out", "."), only = Option("--only", "cases,parity,peaks,model,throughput,kernels");
bool quick = args.Contains("--quick");
var report = new CheckReport();
try
{
    string name = Option("--device", "cuda");
    bool simulated = name == "simulator";
    if (only == "model")
    {
        CostModel.Run(Peaks.H100, report);
        return 0;
    }
    using var device = simulated ? GpuDevice.Simulator() : Device.Open(name);
    // Before minutes of work: a folder that cannot be made is said at once.
    Directory.CreateDirectory(folder);
    report.Device = device.Description;
    Console.WriteLine($"{device.Description}; {string.Join(", ", device.Precisions)}");
    foreach (string part in only.Split(','))
    {
        Console.WriteLine($"\n== {part}");
        switch (part)
        {
            case "cases": CaseChecks.Run(device, report, simulated ? 4000 : long.MaxValue); break;
            case "parity": ParityChecks.Run(device, report); break;
            case "peaks":
                report.Peaks = device is GpuDevice gpu ? Peaks.Measure(gpu) : null;
                Console.WriteLine(report.Peaks?.ToString() ?? "no card to measure");
                break;
            case "model": CostModel.Run(report.Peaks ?? Peaks.H100, report); break;
            case "throughput": ThroughputChecks.Run(device, report, quick); break;
            case "kernels": KernelTimes.Run(device, report); break;
            default: Console.Error.WriteLine($"error: --only {part}: there are cases, parity, peaks, model, throughput and kernels"); return 2;
        }
        // After each part, so that a crash in a later one loses nothing.
        File.WriteAllText(Path.Combine(folder, "gpu-check.json"), JsonSerializer.Serialize(report, CheckReport.Json));
    }
}
catch (Exception unusable) when (unusable is ArgumentException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"error: {unusable.Message}");
    return 2;
}
Console.WriteLine($"\n{report.Passed} checks passed, {report.Failures.Count} failed");
return report.Failures.Count == 0 ? 0 : 1;
