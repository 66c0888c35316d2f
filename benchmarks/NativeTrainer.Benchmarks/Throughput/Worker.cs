using System.Diagnostics;
using System.Globalization;

namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>The other end of <see cref="WorkerLoop"/>: an engine in a process of its own.</summary>
internal sealed class Worker : IDisposable
{
    private readonly Process _process;
    private readonly string _name;

    /// <summary>Starts the process and waits until it is warm; it then computes only when told to.</summary>
    /// <exception cref="UsageException">It ended before it was ready.</exception>
    public Worker(string name, string assembly, params IEnumerable<string> arguments)
    {
        _name = name;
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        _process = Process.Start(start) ?? throw new UsageException($"{name}: the worker did not start");
        string[] ready = Answer("ready").Split(' ', 2);
        (SecondsPerStep, Description) = (Number(ready[0]), ready[1]);
    }

    public string Description { get; }

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
