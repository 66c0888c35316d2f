namespace NativeTrainer.Imaging;

/// <summary>
/// A mistake that the user can mend: a missing folder, a damaged file, a value out of range. The message is one line that names the
/// file or flag, the value and the next step; the command line prints it alone.
/// </summary>
public sealed class UserException : Exception
{
    public UserException(string message) : base(message) { }

    public UserException(string message, Exception inner) : base(message, inner) { }
}
