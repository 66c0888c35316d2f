namespace NativeTrainer.Cli;

/// <summary>What the process returns; listed in <c>nativetrainer --help</c> and in the README.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A fault of this program.</summary>
    public const int Internal = 1;

    /// <summary>A wrong option, a file that is missing or damaged, a folder that cannot be written.</summary>
    public const int Usage = 2;

    /// <summary>The data set was refused: a result on it would not be true. <c>audit --fail-on warning</c> also ends so.</summary>
    public const int DataRefused = 3;

    /// <summary>The loss became NaN or infinite; the last good checkpoint was kept.</summary>
    public const int Diverged = 4;

    /// <summary>The card failed while it was in use; the last checkpoint was kept.</summary>
    public const int DeviceLost = 5;

    /// <summary>Stopped by Ctrl-C or SIGTERM; what was trained is saved.</summary>
    public const int Interrupted = 130;

    public const string Help = """
        Exit codes:
          0    done
          1    a fault of this program
          2    a wrong option, a missing or damaged file, a folder that cannot be written
          3    the data set was refused: the findings say why, --allow lets them pass
          4    training diverged; the last good checkpoint was kept
          5    the card failed in mid-run; the last checkpoint was kept
          130  interrupted; what was trained is saved
        """;
}
