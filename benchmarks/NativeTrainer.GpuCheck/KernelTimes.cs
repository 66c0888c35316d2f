using System.Diagnostics;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.OpCases;

namespace NativeTrainer.GpuCheck;

/// <summary>The op cases worth timing, each run many times back to back: time, TFLOP/s and bytes of operands per second.</summary>
internal static class KernelTimes
{
    public static void Run(Device device, CheckReport report)
    {
        Console.WriteLine($"{"ms",9}{"TFLOP/s",9}{"GB/s",8}{"of peak",9}  case, variant");
        foreach (var opCase in AllCases.List.Where(c => c.Benchmark && device.Precisions.Contains(c.Precision)))
        {
            using var runner = new CaseRunner(device, opCase);
            runner.Reset();
            for (int i = 0; i < 3; i++) runner.Run();
            device.Synchronize();
            int calls = 1;
            double milliseconds;
            for (; ; calls *= 4)
            {
                var watch = Stopwatch.StartNew();
                for (int i = 0; i < calls; i++) runner.Run();
                device.Synchronize();
                milliseconds = watch.Elapsed.TotalMilliseconds / calls;
                if (watch.ElapsedMilliseconds > 40 || calls > 4096) break;
            }
            double bytes = opCase.Tensors.Sum(t => (double)t.Shape.Count * t.Type.SizeInBytes());
            var line = new KernelLine(opCase.Name, runner.Plan.Variant, milliseconds, opCase.Flops / milliseconds / 1e9, bytes / milliseconds / 1e6, null);
            if (report.Peaks is { } peaks) line = line with { ShareOfPeak = Math.Max(line.Tflops / peaks.Tflops(opCase.Precision), line.GigabytesPerSecond / peaks.GigabytesPerSecond) };
            report.Kernels.Add(line);
            Console.WriteLine($"{milliseconds,9:F4}{line.Tflops,9:F1}{line.GigabytesPerSecond,8:F0}{line.ShareOfPeak,9:P0}  {opCase.Name}, {line.Variant}");
        }
    }
}
