using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace NativeTrainer.Cli.Arguments;

/// <summary>A command that shows how it is used.</summary>
internal sealed class ExampleCommand(string name, string description, params IReadOnlyList<string> examples) : Command(name, description)
{
    /// <summary>Complete command lines.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}

/// <summary>The usual help, then examples of the command or, for the root, the exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    /// <summary>Help is given for an incomplete command line too.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is ExampleCommand command)
        {
            output.WriteLine("Examples:");
            foreach (string example in command.Examples) output.WriteLine($"  {example}");
            return ExitCode.Done;
        }
        output.WriteLine("""
            Results go to stdout, progress to stderr; --json prints one JSON object as the last line of stdout.
            Start with:  nativetrainer demo
                         nativetrainer train --help

            """);
        output.WriteLine(ExitCode.Help);
        return ExitCode.Done;
    }
}
