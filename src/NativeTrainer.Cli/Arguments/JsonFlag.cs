using System.CommandLine;

namespace NativeTrainer.Cli.Arguments;

/// <summary><c>--json</c>, of every command with a result.</summary>
internal static class JsonFlag
{
    public static Option<bool> Make() => Options.Switch("--json", "Print the result as one JSON object, the last line of stdout.");
}
