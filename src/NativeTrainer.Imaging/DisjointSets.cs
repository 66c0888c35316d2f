namespace NativeTrainer.Imaging;

/// <summary>Sets of 0 … count − 1 that only grow together; a set is named by its least member.</summary>
public sealed class DisjointSets
{
    private readonly int[] _parents;
    private readonly int[] _next; // A ring through each set.

    public DisjointSets(int count)
    {
        _parents = [.. Enumerable.Range(0, count)];
        _next = [.. _parents];
    }

    /// <summary>The name of an item's set.</summary>
    public int Find(int item)
    {
        while (_parents[item] != item) item = _parents[item] = _parents[_parents[item]];
        return item;
    }

    public bool Same(int first, int second) => Find(first) == Find(second);

    public void Join(int first, int second)
    {
        int a = Find(first), b = Find(second);
        if (a == b) return;
        _parents[Math.Max(a, b)] = Math.Min(a, b);
        (_next[a], _next[b]) = (_next[b], _next[a]);
    }

    /// <summary>The set of an item, ascending.</summary>
    public int[] Members(int item)
    {
        var members = new List<int> { item };
        for (int i = _next[item]; i != item; i = _next[i]) members.Add(i);
        members.Sort();
        return [.. members];
    }

    /// <summary>All sets in order of their least members, each ascending.</summary>
    public IEnumerable<int[]> Groups() => Enumerable.Range(0, _parents.Length).Where(i => Find(i) == i).Select(Members);
}
