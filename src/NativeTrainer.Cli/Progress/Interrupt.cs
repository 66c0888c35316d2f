using System.Runtime.InteropServices;

namespace NativeTrainer.Cli.Progress;

/// <summary>Ctrl-C and SIGTERM: the first asks the run to finish its step and save, the second ends the process at once.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _signals;

    /// <param name="note">Told once that the run is stopping; called from another thread.</param>
    public Interrupt(Action<string> note)
    {
        _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            if (_stop.IsCancellationRequested) return; // the default action: the process ends
            context.Cancel = true;
            note("stopping after this step and saving; once more stops at once");
            _stop.Cancel();
        }))];
    }

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _stop.Dispose();
    }
}
