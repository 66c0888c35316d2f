using System.CommandLine;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>explain</c>: the page of a finding, or the list of all.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("explain", "Tell what a finding is, how it was found, how to fix it and what it costs to ignore.",
            "nativetrainer explain NT102",
            "nativetrainer explain leakage/near-duplicate",
            "nativetrainer explain");
        var code = new Argument<string?>("CODE") { Description = "A code or name; without one, all are listed.", Arity = ArgumentArity.ZeroOrOne };
        command.Add(code);
        command.SetAction(parsed => Explain(parsed.InvocationConfiguration.Output, parsed.GetValue(code)));
        return command;
    }

    public static int Explain(TextWriter output, string? code)
    {
        if (code is null) ExplainText.List(output);
        else ExplainText.Page(output, FindingCatalogue.Find(code));
        return ExitCode.Done;
    }
}
