using System.Text;
using System.Text.Json;
using NativeTrainer.Imaging;

namespace NativeTrainer.Training.Sweep;

/// <summary>A sweep's folder: its record, and whether it is the one that is asked for.</summary>
internal static class SweepFolder
{
    /// <summary>Of the training options, what may differ without changing a result or a decision.</summary>
    private static readonly HashSet<string> Free = ["threads", "out", "strict"];

    /// <summary>What is asked for, by flag.</summary>
    public static IReadOnlyDictionary<string, string> Settings(SweepOptions options)
    {
        var training = options.Training with { Data = Path.GetFullPath(options.Training.Data), Weights = options.Training.Weights is string weights ? Path.GetFullPath(weights) : null };
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["--strategies"] = string.Join(',', options.Strategies),
            ["--lr"] = string.Join(',', options.Rates.Select(rate => rate.ToString("R", System.Globalization.CultureInfo.InvariantCulture))),
            ["--budget"] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{options.Budget.TotalSeconds:0} s"),
            ["--per-class"] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{options.PerClass}"),
            ["--folds"] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{options.Folds}"),
        };
        using var json = JsonDocument.Parse(TrainOptionsFile.Format(training));
        foreach (var property in json.RootElement.EnumerateObject().Where(p => !Free.Contains(p.Name)))
            settings.TryAdd($"--{JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name)}", property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText());
        return settings;
    }

    /// <summary>The record of a folder; null where it holds none.</summary>
    /// <exception cref="UserException">The record cannot be read.</exception>
    public static SweepRecord? Load(string folder)
    {
        string path = Path.Combine(folder, SweepRecord.FileName);
        if (!File.Exists(path)) return null;
        try
        {
            return SweepRecord.Parse(File.ReadAllBytes(path));
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: this is no record of a sweep ({error.Message.Split('\n')[0]}); choose another --out", error);
        }
    }

    /// <exception cref="UserException">Something else was asked for when it was begun.</exception>
    public static void RequireSame(string folder, SweepRecord record, IReadOnlyDictionary<string, string> settings, string fingerprint)
    {
        foreach (string flag in record.Settings.Keys.Union(settings.Keys).Order(StringComparer.Ordinal))
        {
            string then = record.Settings.GetValueOrDefault(flag, ""), now = settings.GetValueOrDefault(flag, "");
            if (then != now) throw new UserException($"{folder}: was begun with {flag} {Shown(then)}, and now it is {Shown(now)}; give the same to go on, or another --out for a new sweep");
        }
        if (record.Fingerprint != fingerprint) throw new UserException($"{folder}: files of the data set were added, removed or changed since the sweep was begun; restore them, or choose another --out");
    }

    public static void Save(string folder, SweepRecord record) => RunFolderFile.Replace(Path.Combine(folder, SweepRecord.FileName), Encoding.UTF8.GetBytes(SweepRecord.Format(record) + "\n"));

    public static void Create(string folder)
    {
        try
        {
            // Manifests alone are left of a call that ended before it had begun.
            if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any(path => Path.GetFileName(path) != SweepRecord.DataName && !Path.GetFileName(path).StartsWith("fold-", StringComparison.Ordinal))) throw new UserException($"{folder}: holds other files and no sweep; choose another --out");
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: the folder cannot be made ({error.Message}); choose another --out", error);
        }
    }

    private static string Shown(string value) => value.Length == 0 ? "left out" : value;
}
