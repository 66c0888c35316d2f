using System.Globalization;
using System.Numerics.Tensors;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Advice.Splits;

/// <summary>
/// Names whose number counts on. Every camera and many a data set number their files, so that alone says nothing: neighbours by name count only where they look alike more often
/// than pairs of the same class drawn at random do, and of these only those that do.
/// </summary>
internal static class NameSeries
{
    private const int MostStep = 2, LeastPairs = 10, RandomPairs = 20;

    // Area under the curve of neighbours against random pairs: 0.5 where numbers mean nothing.
    private const double LeastArea = 0.7;

    // Neighbours count from this share of random pairs on that look less alike.
    private const double LookAlike = 0.98;

    public static IEnumerable<(string Name, IReadOnlyList<int> Members)> Find(IReadOnlyList<PictureRecord> pictures, float[]? features)
    {
        var neighbours = Neighbours(pictures);
        if (neighbours.Count < LeastPairs) return [];
        var alike = new Similarity(pictures, features);
        double[] near = [.. neighbours.Select(p => alike.Of(p.First, p.Second))];
        double[] random = [.. RandomPairsOf(pictures, neighbours).Select(p => (double)alike.Of(p.First, p.Second))];
        if (random.Length < LeastPairs) return [];
        double area = DomainTest.AreaUnder([.. random, .. near], [.. random.Select(_ => false), .. near.Select(_ => true)]);
        if (area < LeastArea) return [];
        Array.Sort(random);
        double least = random[Math.Min((int)(random.Length * LookAlike), random.Length - 1)];
        var sets = new DisjointSets(pictures.Count);
        for (int i = 0; i < neighbours.Count; i++)
        {
            if (near[i] > least) sets.Join(neighbours[i].First, neighbours[i].Second);
        }
        return sets.Groups().Where(g => g.Length > 1).Select(g => (Stem(pictures[g[0]].Path).Text, (IReadOnlyList<int>)g));
    }

    // Pairs of one label whose names differ in the last number alone, by little; across splits, too, where folders of the same class have the same name.
    private static List<(int First, int Second)> Neighbours(IReadOnlyList<PictureRecord> pictures)
    {
        var pairs = new List<(int, int)>();
        var named = Enumerable.Range(0, pictures.Count).Select(i => (Index: i, Stem: Stem(pictures[i].Path))).Where(p => p.Stem.Number >= 0);
        foreach (var stem in named.GroupBy(p => (p.Stem.Text, pictures[p.Index].Label)))
        {
            var order = stem.OrderBy(p => p.Stem.Number).ThenBy(p => p.Index).ToArray();
            for (int i = 1; i < order.Length; i++)
            {
                long step = order[i].Stem.Number - order[i - 1].Stem.Number;
                if (step is >= 1 and <= MostStep) pairs.Add((Math.Min(order[i - 1].Index, order[i].Index), Math.Max(order[i - 1].Index, order[i].Index)));
            }
        }
        pairs.Sort();
        return pairs;
    }

    private static IEnumerable<(int First, int Second)> RandomPairsOf(IReadOnlyList<PictureRecord> pictures, List<(int First, int Second)> neighbours)
    {
        var byLabel = Enumerable.Range(0, pictures.Count).GroupBy(i => pictures[i].Label).ToDictionary(g => g.Key, g => g.ToArray());
        int each = Math.Max(RandomPairs * LeastPairs / neighbours.Count, 2);
        for (int i = 0; i < neighbours.Count; i++)
        {
            int[] members = byLabel[pictures[neighbours[i].First].Label];
            for (int k = 0; k < each; k++)
            {
                int other = members[CounterRandom.Below(0xBEEF, (ulong)((long)i * each + k), members.Length)];
                if (Math.Abs(other - neighbours[i].First) > MostStep) yield return (neighbours[i].First, other);
            }
        }
    }

    /// <summary>The name without folder, extension and its last number, and that number; −1 where it has none of up to 12 digits.</summary>
    internal static (string Text, long Number) Stem(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
        int end = name.Length;
        while (end > 0 && !char.IsAsciiDigit(name[end - 1])) end--;
        int start = end;
        while (start > 0 && char.IsAsciiDigit(name[start - 1])) start--;
        return end - start is > 0 and <= 12 ? ($"{name[..start]}#{name[end..]}", long.Parse(name.AsSpan(start, end - start), CultureInfo.InvariantCulture)) : (name, -1);
    }

    private sealed class Similarity(IReadOnlyList<PictureRecord> pictures, float[]? features)
    {
        private readonly int _width = features is null ? 0 : features.Length / pictures.Count;

        public float Of(int first, int second)
        {
            if (features is not null) return TensorPrimitives.CosineSimilarity(features.AsSpan(first * _width, _width), features.AsSpan(second * _width, _width));
            return 1 - pictures[first].Signature.Hash.Distance(pictures[second].Signature.Hash) / (float)PerceptualHash.Bits;
        }
    }
}
