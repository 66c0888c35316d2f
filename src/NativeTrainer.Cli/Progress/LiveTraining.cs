using NativeTrainer.Live;
using NativeTrainer.Training;

namespace NativeTrainer.Cli.Progress;

/// <summary>A run with its live page: a stop asked for there pauses it, until the page asks to go on or Ctrl-C ends the program.</summary>
internal sealed class LiveTraining : IDisposable
{
    private readonly LiveServer _server;
    private readonly TextWriter _log;

    public LiveTraining(int port, TextWriter log)
    {
        _log = log;
        _server = new LiveServer(Run, port);
        log.WriteLine($"live page  {_server.Address}");
    }

    public LiveRun Run { get; } = new();

    /// <param name="resume">Goes on with the run in a folder.</param>
    public TrainResult GoOn(TrainResult result, Func<string, TrainResult> resume)
    {
        while (result.Interrupted && Run.Stopped.IsCancellationRequested)
        {
            Run.Ended(result);
            _log.WriteLine("note: stopped by the page and saved; it can go on there, and Ctrl-C ends the program");
            using var interrupt = new Interrupt(_ => { });
            if (!Run.WaitForResume(interrupt.Token)) return result;
            result = resume(result.RunFolder);
        }
        Run.Ended(result);
        return result;
    }

    public void Dispose() => _server.Dispose();
}
