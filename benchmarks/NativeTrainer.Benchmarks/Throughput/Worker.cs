using System.Diagnostics;
using System.Globalization;

namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>A program that runs <see cref="WorkerLoop"/>.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Assembly">Path of its assembly.</param>
/// <param name="Environment">Variables that it gets beside this process's own.</param>
internal sealed record Engine(string Name, string Assembly, params IReadOnlyList<(string Name, string Value)> Environment);

/// <summary>The other end of <see cref="WorkerLoop"/>: an engine in a process of its own.</summary>
internal sealed class Worker : IDisposable
{
    private readonly Process _process;
    private readonly string _name;

    private Worker(Engine engine, ThroughputWork work, string[] more)
    {
        _name = engine.Name;
        var start = new ProcessStartInfo("dotnet", [engine.Assembly, "worker", .. work.ToArguments(), .. more]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in engine.Environment) start.Environment[name] = value;
        _process = Process.Start(start) ?? throw new UsageException($"{_name}: the worker did not start");
    }

    /// <summary>Starts the process and waits until it is warm; it then computes only when told to.</summary>
    /// <exception cref="UsageException">It ended before it was ready.</exception>
    public Worker(Engine engine, ThroughputWork work) : this(engine, work, [])
    {
        string[] ready = Answer("ready").Split(' ', 3);
        (SecondsPerStep, FlopsPerStep, Description) = (Number(ready[0]), Number(ready[1]), ready[2]);
    }

    /// <summary>Seconds from the start of a process of its own to the end of its first step.</summary>
    public static double TimeFirstStep(Engine engine, ThroughputWork work)
    {
        var clock = Stopwatch.StartNew();
        using var worker = new Worker(engine, work, ["--first"]);
        worker.Answer("first");
        double seconds = clock.Elapsed.TotalSeconds;
        worker._process.WaitForExit();
        return seconds;
    }

    public string Description { get; } = "";

    /// <summary>Of the direct method; 0 where they are not counted.</summary>
    public double FlopsPerStep { get; }

    /// <summary>Of the last step of the warm-up.</summary>
    public double SecondsPerStep { get; }

    public double Time(int steps)
    {
        _process.StandardInput.WriteLine($"run {steps}");
        _process.StandardInput.Flush();
        return Number(Answer("seconds"));
    }

    /// <summary>Ends the worker.</summary>
    /// <returns>Its largest resident set in bytes.</returns>
    public long Quit()
    {
        _process.StandardInput.WriteLine("quit");
        _process.StandardInput.Flush();
        return (long)Number(Answer("peak"));
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    // Engines may print lines of their own.
    private string Answer(string word)
    {
        while (_process.StandardOutput.ReadLine() is { } line)
            if (line.StartsWith(word + ' ', StringComparison.Ordinal)) return line[(word.Length + 1)..];
        throw new UsageException($"{_name}: the worker ended without an answer; its messages stand above");
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
