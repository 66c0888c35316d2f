using System.CommandLine;
using System.Globalization;

namespace NativeTrainer.Cli.Arguments;

/// <summary>The live page.</summary>
internal static class LiveFlags
{
    /// <summary>Null where it stands without a number.</summary>
    public static Option<int?> Ui() => new("--ui")
    {
        HelpName = "PORT",
        Description = "Serve the run on 127.0.0.1 while it trains: curves, samples, stop and go on. The address is printed and holds a random token. [without a number: the first free port]",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result =>
        {
            if (result.Tokens.Count == 0) return null;
            string text = result.Tokens[0].Value;
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > 65535) result.AddError($"--ui '{text}' is no port (1 to 65535)");
            return port;
        },
    };
}
