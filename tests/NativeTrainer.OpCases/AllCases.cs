namespace NativeTrainer.OpCases;

/// <summary>Every case of every op: a static property <c>All</c> on a class named <c>…Cases</c> in this assembly. Adding an op edits nothing here.</summary>
public static class AllCases
{
    public static IReadOnlyList<OpCase> List { get; } = typeof(AllCases).Assembly.GetTypes()
        .Where(type => type.Name.EndsWith("Cases", StringComparison.Ordinal) && type != typeof(AllCases))
        .OrderBy(type => type.Name, StringComparer.Ordinal)
        .SelectMany(type => (IEnumerable<OpCase>)(type.GetProperty("All") ?? throw new InvalidOperationException($"{type.Name} has no static All")).GetValue(null)!)
        .ToArray();

    public static OpCase Find(string name) => List.Single(c => c.Name == name);
}
