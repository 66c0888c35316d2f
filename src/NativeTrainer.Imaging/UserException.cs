namespace NativeTrainer.Imaging;

/// <summary>
/// A mistake that the user can mend: a missing folder, a damaged file, a value out of range. The message is one line that names the
/// file or flag, the value and the next step; the command line prints it alone, without a stack trace.
/// </summary>
public class UserException : Exception
{
    public UserException(string message) : base(message) { }

    public UserException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Exit status of the process, not 0.</summary>
    public int ExitCode { get; init; } = 2;
}
