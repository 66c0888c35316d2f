using System.Globalization;

namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>A mistake in the command line: one line for the person, exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary><c>--name value</c>, <c>--name=value</c> and <c>--flag</c> arguments; each is taken once, and <see cref="Finish"/> refuses what nobody took.</summary>
internal sealed class CommandArguments(IEnumerable<string> arguments)
{
    private readonly List<string> _rest = [.. arguments];

    public bool Flag(string name) => _rest.Remove(name);

    public string Text(string name, string otherwise)
    {
        int at = _rest.FindIndex(a => a == name || a.StartsWith(name + "=", StringComparison.Ordinal));
        if (at < 0) return otherwise;
        string found = _rest[at];
        _rest.RemoveAt(at);
        if (found.Length > name.Length) return found[(name.Length + 1)..];
        if (at >= _rest.Count || _rest[at].StartsWith("--", StringComparison.Ordinal)) throw new UsageException($"{name} needs a value");
        string value = _rest[at];
        _rest.RemoveAt(at);
        return value;
    }

    public string Choice(string name, string otherwise, params string[] choices)
    {
        string value = Text(name, otherwise);
        return choices.Contains(value) ? value : throw new UsageException($"{name} {value}: choose one of {string.Join(", ", choices)}");
    }

    public int Number(string name, int otherwise, int least, int most)
    {
        string text = Text(name, otherwise.ToString(CultureInfo.InvariantCulture));
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw new UsageException($"{name} {text}: give a whole number from {least} to {most}");
    }

    /// <summary>The next argument that is no option, or null.</summary>
    public string? Positional()
    {
        int at = _rest.FindIndex(a => !a.StartsWith("--", StringComparison.Ordinal));
        if (at < 0) return null;
        string value = _rest[at];
        _rest.RemoveAt(at);
        return value;
    }

    public void Finish()
    {
        if (_rest.Count > 0) throw new UsageException($"'{_rest[0]}' is not understood here; --help lists what is");
    }
}
