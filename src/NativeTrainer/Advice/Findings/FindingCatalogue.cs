using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Findings;

/// <summary>Every kind of finding.</summary>
public static class FindingCatalogue
{
    /// <summary>In the order of their codes.</summary>
    public static IReadOnlyList<FindingKind> All { get; } =
        [.. LeakageKinds.All, .. AmountKinds.All, .. TransferKinds.All, .. TrainingKinds.All, .. MetricKinds.All, .. DirtyDataKinds.All];

    /// <summary>What the first digit of a code stands for.</summary>
    public static IReadOnlyList<(char Digit, string Title)> Families { get; } =
    [
        ('1', "Leakage and validation"), ('2', "Amount and diversity"), ('3', "Transfer"), ('4', "Training"), ('5', "Metric"), ('6', "Dirty data"),
    ];

    /// <param name="name">A code or a slug, in any case.</param>
    /// <exception cref="UserException">There is no such kind; the message names what is near.</exception>
    public static FindingKind Find(string name)
        => All.FirstOrDefault(kind => name.Equals(kind.Code, StringComparison.OrdinalIgnoreCase) || name.Equals(kind.Slug, StringComparison.OrdinalIgnoreCase))
            ?? throw new UserException($"'{name}' is no code of a finding{Near(name)}; 'nativetrainer explain' lists all");

    /// <summary>Refuses words of <paramref name="flag"/> that mean no kind: a slip must not silence nothing.</summary>
    /// <exception cref="UserException">A word matches no kind.</exception>
    public static void RequireKnown(string flag, IEnumerable<string> words)
    {
        foreach (string word in words)
        {
            if (!All.Any(kind => kind.Matches(word)))
                throw new UserException($"{flag} '{word}' is no code, name or group of a finding{Near(word)}; 'nativetrainer explain' lists all");
        }
    }

    private static string Near(string word)
    {
        if (word.Length < 3) return "";
        var near = All.Where(kind => kind.Slug.Contains(word, StringComparison.OrdinalIgnoreCase)).Take(3).ToList();
        return near.Count == 0 ? "" : $" (did you mean {string.Join(" or ", near)}?)";
    }
}
