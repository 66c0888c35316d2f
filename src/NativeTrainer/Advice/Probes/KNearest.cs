namespace NativeTrainer.Advice.Probes;

/// <summary>
/// The most similar reference rows of each query, exactly, by the cosine of their features; equal cosines go to the lower index. O(queries · reference · d)
/// on the matrix kernels, in memory bounded by blocks.
/// </summary>
public sealed class KNearest
{
    /// <summary>Queries whose cosines with all of a block of references are in memory at once.</summary>
    private const int QueryBlock = 512, ReferenceBlock = 8192;

    private KNearest(int[] indices, float[] cosines, int k) => (Indices, Cosines, K) = (indices, cosines, k);

    /// <summary>(queries, K): row of the reference, the most similar first.</summary>
    public int[] Indices { get; }

    /// <summary>(queries, K), −1 to 1.</summary>
    public float[] Cosines { get; }

    /// <summary>Neighbours of a query: as many as asked for, or as there are.</summary>
    public int K { get; }

    public int Queries => K == 0 ? 0 : Indices.Length / K;

    /// <summary>Neighbours among the other rows of the same matrix.</summary>
    public static KNearest LeaveOneOut(FeatureMatrix features, int k, int threads = 0)
    {
        using var products = new MatrixProducts(threads);
        return LeaveOneOut(features, k, products);
    }

    /// <summary>Neighbours of each query among the reference rows.</summary>
    public static KNearest Find(FeatureMatrix queries, FeatureMatrix reference, int k, int threads = 0)
    {
        using var products = new MatrixProducts(threads);
        return Find(queries, reference, k, products);
    }

    internal static KNearest LeaveOneOut(FeatureMatrix features, int k, MatrixProducts products)
    {
        var unit = features.Normalised();
        return Search(unit, unit, k, true, products);
    }

    internal static KNearest Find(FeatureMatrix queries, FeatureMatrix reference, int k, MatrixProducts products)
    {
        if (queries.Width != reference.Width) throw new ArgumentException($"queries of {queries.Width} features against a reference of {reference.Width}");
        return Search(queries.Normalised(), reference.Normalised(), k, false, products);
    }

    /// <summary>The class that most neighbours have; of equals, that with the larger sum of cosines, then the lower index. −1 where there is no neighbour.</summary>
    /// <param name="labels">Of the reference rows.</param>
    public int[] Vote(ReadOnlySpan<int> labels)
    {
        int[] given = labels.ToArray();
        var result = new int[K == 0 ? 0 : Queries];
        var (votes, sums) = (new int[given.Length == 0 ? 0 : given.Max() + 1], new double[given.Length == 0 ? 0 : given.Max() + 1]);
        for (int query = 0; query < result.Length; query++)
        {
            Array.Clear(votes);
            Array.Clear(sums);
            int best = -1;
            for (int i = query * K; i < (query + 1) * K; i++)
            {
                votes[given[Indices[i]]]++;
                sums[given[Indices[i]]] += Cosines[i];
            }
            for (int c = 0; c < votes.Length; c++)
            {
                if (votes[c] > 0 && (best < 0 || votes[c] > votes[best] || (votes[c] == votes[best] && sums[c] > sums[best]))) best = c;
            }
            result[query] = best;
        }
        return result;
    }

    private static KNearest Search(FeatureMatrix queries, FeatureMatrix reference, int k, bool leaveOut, MatrixProducts products)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        int d = queries.Width, kept = Math.Min(k, reference.Rows - (leaveOut ? 1 : 0));
        if (kept < 1) return new KNearest([], [], 0);
        var (indices, cosines) = (new int[queries.Rows * kept], new float[queries.Rows * kept]);
        indices.AsSpan().Fill(-1);
        cosines.AsSpan().Fill(float.NegativeInfinity);
        var block = new float[Math.Min(QueryBlock, queries.Rows) * Math.Min(ReferenceBlock, reference.Rows)];
        for (int from = 0; from < reference.Rows; from += ReferenceBlock)
        {
            int columns = Math.Min(ReferenceBlock, reference.Rows - from), start = from;
            for (int query = 0; query < queries.Rows; query += QueryBlock)
            {
                int rows = Math.Min(QueryBlock, queries.Rows - query), first = query;
                products.MultiplyTransposed(queries.Values.AsSpan(query * d, rows * d), reference.Values.AsSpan(from * d, columns * d), d, block.AsSpan(0, rows * columns));
                Parallel.For(0, rows, products.Parallel, i => Merge(block.AsSpan(i * columns, columns), start, leaveOut ? first + i : -1,
                    indices.AsSpan((first + i) * kept, kept), cosines.AsSpan((first + i) * kept, kept)));
            }
        }
        return new KNearest(indices, cosines, kept);
    }

    private static void Merge(ReadOnlySpan<float> row, int start, int leftOut, Span<int> indices, Span<float> cosines)
    {
        int last = indices.Length - 1;
        for (int i = 0; i < row.Length; i++)
        {
            // References come in order, so an equal cosine never goes before what is there.
            if (!(row[i] > cosines[last]) || start + i == leftOut) continue;
            int at = last;
            for (; at > 0 && row[i] > cosines[at - 1]; at--) (indices[at], cosines[at]) = (indices[at - 1], cosines[at - 1]);
            (indices[at], cosines[at]) = (start + i, row[i]);
        }
    }
}
