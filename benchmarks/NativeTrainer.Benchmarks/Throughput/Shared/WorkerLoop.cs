using System.Diagnostics;
using System.Globalization;

namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>An engine set up for one <see cref="ThroughputWork"/>.</summary>
internal interface IThroughputTarget : IDisposable
{
    /// <summary>Engine, version and settings, in one line.</summary>
    string Description { get; }

    /// <summary>Multiplications and additions of a step by the direct method; 0 where they are not counted.</summary>
    double FlopsPerStep { get; }

    /// <summary>One step on the whole batch; returns when its results are there.</summary>
    void Step();
}

/// <summary>
/// The worker's side of a throughput run: one engine alone in a process, timed on command. Lines on stdout and stdin:
/// <c>ready SECONDS_PER_STEP FLOPS_PER_STEP DESCRIPTION</c> after the warm-up; then <c>run STEPS</c> is answered by <c>seconds S</c>, and
/// <c>quit</c> by <c>peak BYTES</c> (the process's largest resident set) and the end.
/// </summary>
internal static class WorkerLoop
{
    private const int WarmUpSteps = 3;
    private const double WarmUpSeconds = 3; // long enough for the runtime's background recompilation to have ended

    public static void Run(IThroughputTarget target, TextReader commands, TextWriter answers)
    {
        answers.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready {WarmUp(target):R} {target.FlopsPerStep:R} {target.Description}"));
        while (commands.ReadLine() is { } line && line != "quit")
        {
            int steps = int.Parse(line.AsSpan("run ".Length), CultureInfo.InvariantCulture);
            answers.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seconds {Time(target, steps):R}"));
        }
        answers.WriteLine($"peak {PeakResidentBytes()}");
    }

    /// <summary>One step, with nothing warm: prints <c>first step</c> when it is done.</summary>
    public static void RunFirst(IThroughputTarget target, TextWriter answers)
    {
        target.Step();
        answers.WriteLine("first step");
    }

    /// <summary>Runs without a parent: rounds of about a second until <paramref name="seconds"/> are over; gives images per second of each.</summary>
    public static List<double> RunAlone(IThroughputTarget target, int batch, int seconds)
    {
        int steps = StepsFor(1, WarmUp(target));
        var rates = new List<double>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds) rates.Add(batch * steps / Time(target, steps));
        return rates;
    }

    /// <summary>Steps that fill about <paramref name="seconds"/>, at least one.</summary>
    public static int StepsFor(double seconds, double secondsPerStep) => Math.Clamp((int)Math.Round(seconds / secondsPerStep), 1, 1_000_000);

    /// <summary>The largest resident set of this process so far, in bytes.</summary>
    public static long PeakResidentBytes()
    {
        const string field = "VmHWM:"; // in kB; Linux only
        if (!OperatingSystem.IsLinux()) return Process.GetCurrentProcess().PeakWorkingSet64;
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(field.Length, line.Length - field.Length - 2).Trim(), CultureInfo.InvariantCulture);
    }

    private static double WarmUp(IThroughputTarget target)
    {
        var clock = Stopwatch.StartNew();
        for (int step = 0; step < WarmUpSteps - 1 || clock.Elapsed.TotalSeconds < WarmUpSeconds; step++) target.Step();
        return Time(target, 1);
    }

    private static double Time(IThroughputTarget target, int steps)
    {
        var clock = Stopwatch.StartNew();
        for (int step = 0; step < steps; step++) target.Step();
        return clock.Elapsed.TotalSeconds;
    }
}
