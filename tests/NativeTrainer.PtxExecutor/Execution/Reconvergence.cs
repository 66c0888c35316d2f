namespace NativeTrainer.PtxExecutor.Execution;

/// <summary>
/// Where lanes that part at a branch meet again: at the branch's immediate post-dominator, the first instruction that every way from it to the end passes,
/// which is where compilers make a warp whole (Cooper, Harvey and Kennedy 2001, on the reversed graph).
/// </summary>
internal static class Reconvergence
{
    /// <summary>Sets every branch's <see cref="Branch.Join"/>; the number of instructions stands for the end of the kernel.</summary>
    public static void Mark(Instruction[] code)
    {
        int end = code.Length;
        var next = new List<int>[end + 1];
        var previous = new List<int>[end + 1];
        for (int i = 0; i <= end; i++) (next[i], previous[i]) = ([], []);
        for (int i = 0; i < end; i++)
        {
            bool always = code[i].Guard < 0;
            if (code[i] is Branch branch) Edge(i, branch.Target);
            if (code[i].Flow == Flow.Exit) Edge(i, end);
            if (code[i].Flow is Flow.Next or Flow.Barrier || !always) Edge(i, i + 1);
        }
        int[] order = PostOrder(previous, end), rank = new int[end + 1], dominator = new int[end + 1];
        Array.Fill(rank, -1);
        for (int i = 0; i < order.Length; i++) rank[order[i]] = i;
        Array.Fill(dominator, -1);
        dominator[end] = end;
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int i = order.Length - 1; i >= 0; i--)
            {
                int node = order[i], best = -1;
                if (node == end) continue;
                foreach (int way in next[node])
                {
                    if (rank[way] < 0 || dominator[way] < 0) continue;
                    best = best < 0 ? way : Common(best, way);
                }
                if (best == dominator[node]) continue;
                dominator[node] = best;
                changed = true;
            }
        }
        for (int i = 0; i < end; i++)
            if (code[i] is Branch branch) branch.Join = dominator[i] < 0 ? end : dominator[i];

        void Edge(int from, int to)
        {
            next[from].Add(to);
            previous[to].Add(from);
        }

        int Common(int a, int b)
        {
            while (a != b)
            {
                while (rank[a] < rank[b]) a = dominator[a];
                while (rank[b] < rank[a]) b = dominator[b];
            }
            return a;
        }
    }

    /// <summary>The nodes that reach the end, each after those that it is reached from on the reversed graph.</summary>
    private static int[] PostOrder(List<int>[] previous, int end)
    {
        var (order, seen, stack) = (new List<int>(), new bool[previous.Length], new Stack<(int Node, int Edge)>());
        stack.Push((end, 0));
        seen[end] = true;
        while (stack.Count > 0)
        {
            var (node, edge) = stack.Pop();
            if (edge == previous[node].Count)
            {
                order.Add(node);
                continue;
            }
            stack.Push((node, edge + 1));
            int way = previous[node][edge];
            if (seen[way]) continue;
            seen[way] = true;
            stack.Push((way, 0));
        }
        return [.. order];
    }
}
