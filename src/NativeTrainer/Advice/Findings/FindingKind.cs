namespace NativeTrainer.Advice.Findings;

/// <summary>One mistake that the adviser knows. Codes and slugs are stable: programs compare them.</summary>
/// <param name="Code">NT and three digits; the first names the family (1 leakage and validation … 6 dirty data).</param>
/// <param name="Slug">Group and name, such as <c>leakage/near-duplicate</c>; <c>--allow</c> and <c>--only</c> take the group too.</param>
/// <param name="Title">A few words for a heading.</param>
/// <param name="Harm">1 to 100: what comes first among findings of one severity.</param>
/// <param name="Page">What <c>explain</c> tells.</param>
public sealed record FindingKind(string Code, string Slug, string Title, int Harm, FindingPage Page)
{
    /// <summary>The slug's first part.</summary>
    public string Group => Slug[..Slug.IndexOf('/')];

    /// <summary>Whether a word of <c>--allow</c> or <c>--only</c> means this kind: its code, its slug, its group, or a family such as <c>NT1</c> or <c>NT1xx</c>.</summary>
    public bool Matches(string word)
    {
        bool Is(string name) => name.Equals(word, StringComparison.OrdinalIgnoreCase);
        return Is(Code) || Is(Slug) || Is(Group) || Is(Code[..3]) || Is(Code[..3] + "xx");
    }

    public override string ToString() => $"{Code} {Slug}";
}
