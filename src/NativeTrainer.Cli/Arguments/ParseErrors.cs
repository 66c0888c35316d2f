using System.CommandLine;

namespace NativeTrainer.Cli.Arguments;

/// <summary>Turns what the parser found wrong into one sentence with the next step.</summary>
internal static class ParseErrors
{
    public static string Explain(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        string help = command is RootCommand ? "nativetrainer --help" : $"nativetrainer {command.Name} --help";
        if (parsed.UnmatchedTokens.Count > 0) return $"{Unmatched(command, parsed.UnmatchedTokens[0])}; see {help}";
        string message = parsed.Errors[0].Message.TrimEnd('.');
        return message.Contains("--help", StringComparison.Ordinal) ? message : $"{message}; see {help}";
    }

    /// <summary>The candidate that is at most two typing slips away (a third of its length for short words), or null.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        var (nearest, distance) = candidates.Select(c => (c, Distance(word, c))).OrderBy(c => c.Item2).FirstOrDefault((word, int.MaxValue));
        return distance <= Math.Min(2, Math.Max(1, word.Length / 3)) ? nearest : null;
    }

    private static string Unmatched(Command command, string token)
    {
        bool option = token.StartsWith('-') && token.Length > 1;
        var known = option ? command.Options.Select(o => o.Name) : command.Subcommands.Select(c => c.Name);
        string what = option ? $"unknown option '{token}'" : command.Subcommands.Count > 0 ? $"unknown command '{token}'" : $"unexpected argument '{token}'";
        return Nearest(token, known) is string nearest ? $"{what}, did you mean '{nearest}'?" : what;
    }

    // Levenshtein's distance: insertions, deletions and substitutions.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
