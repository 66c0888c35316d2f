namespace NativeTrainer.Advice.Augmentations;

/// <summary>What the names of classes say of mirror images.</summary>
internal static class MirroredNames
{
    private static readonly (string Kind, string One, string Other)[] Opposites =
    [
        ("hflip", "left", "right"), ("hflip", "anticlockwise", "clockwise"), ("hflip", "counterclockwise", "clockwise"), ("vflip", "top", "bottom"), ("vflip", "upper", "lower"), ("vflip", "up", "down"),
    ];

    /// <summary>The first two classes whose names differ in the words for two sides alone, such as <c>turn-left</c> and <c>turn-right</c>.</summary>
    /// <param name="kind">hflip or vflip.</param>
    public static (string One, string Other)? Pair(IReadOnlyList<string> classes, string kind)
    {
        foreach (string name in classes)
        {
            string[] words = Words(name);
            foreach (var (_, one, other) in Opposites.Where(o => o.Kind == kind && words.Contains(o.One)))
            {
                string[] mirrored = [.. words.Select(word => word == one ? other : word)];
                if (classes.FirstOrDefault(c => Words(c).SequenceEqual(mirrored)) is string match) return (name, match);
            }
        }
        return null;
    }

    /// <summary>Digits or letters, one a class.</summary>
    public static bool AreCharacters(IReadOnlyList<string> classes) => classes.Count > 1 && classes.All(name => name.Length == 1 && char.IsLetterOrDigit(name[0]));

    private static string[] Words(string name) => name.ToLowerInvariant().Split([' ', '-', '_', '.'], StringSplitOptions.RemoveEmptyEntries);
}
