using System.CommandLine;

namespace NativeTrainer.Cli.Arguments;

/// <summary>What several commands say about findings.</summary>
internal static class AuditFlags
{
    public static Option<string[]> Allow(string description) => Options.List("--allow", "CODE,…", description);

    public static Option<string> Fix() => Options.Text("--fix", "FILE", "Apply the drops and relabels of an audit.csv that you have edited.");
}
