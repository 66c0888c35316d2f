using System.Globalization;

namespace NativeTrainer.Cli.Output;

/// <summary>Numbers as people read them, the same in every culture.</summary>
internal static class Units
{
    /// <summary>1.31 GB, 512 MB, 7 kB (powers of 1000).</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => Invariant($"{bytes / 1e9:0.00} GB"),
        >= 1_000_000 => Invariant($"{bytes / 1e6:0} MB"),
        _ => Invariant($"{bytes / 1e3:0} kB"),
    };

    /// <summary>11.2 M, 5.1 k, 912.</summary>
    public static string Count(long count) => count switch
    {
        >= 1_000_000 => Invariant($"{count / 1e6:0.0} M"),
        >= 1_000 => Invariant($"{count / 1e3:0.0} k"),
        _ => Invariant($"{count}"),
    };

    /// <summary>2:05:09, 4:12, 8 s.</summary>
    public static string Time(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => Invariant($"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}"),
        { TotalMinutes: >= 1 } => Invariant($"{(int)time.TotalMinutes}:{time.Seconds:00}"),
        { TotalSeconds: >= 10 } => Invariant($"{time.TotalSeconds:0} s"),
        _ => Invariant($"{time.TotalSeconds:0.0} s"),
    };

    public static string Plural(long count, string noun) => Invariant($"{count} {noun}{(count == 1 ? "" : noun.EndsWith("ss", StringComparison.Ordinal) ? "es" : "s")}");

    /// <summary>The path as a shell takes it.</summary>
    public static string Shell(string path) => path.Length > 0 && path.All(c => char.IsLetterOrDigit(c) || "/._-+:=@%,\\~".Contains(c)) ? path : $"\"{path}\"";

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
