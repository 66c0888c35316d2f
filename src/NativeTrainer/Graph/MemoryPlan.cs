using NativeTrainer.Kernels;

namespace NativeTrainer.Graph;

/// <summary>A tensor's claim on memory: from the first step that writes it to the last that reads it, both included.</summary>
internal sealed record MemoryClaim(string Name, long Bytes, int From, int To)
{
    public long Offset { get; set; }
}

/// <summary>
/// Packs claims into one arena so that two claims share bytes only if their intervals are apart. Largest first, each at the lowest
/// offset that is free during its whole interval: simple, deterministic, and near the lower bound on chains such as a ResNet.
/// </summary>
internal sealed class MemoryPlan
{
    public MemoryPlan(IReadOnlyList<MemoryClaim> claims, bool reuse)
    {
        Claims = claims;
        if (!reuse)
        {
            foreach (var claim in claims)
            {
                claim.Offset = Bytes;
                Bytes += Arena.Align(claim.Bytes);
            }
            return;
        }
        var placed = new List<MemoryClaim>();
        foreach (var claim in claims.OrderByDescending(c => c.Bytes).ThenBy(c => c.From).ThenBy(c => c.Name, StringComparer.Ordinal))
        {
            claim.Offset = LowestFreeOffset(claim, placed);
            Bytes = Math.Max(Bytes, claim.Offset + Arena.Align(claim.Bytes));
            placed.Add(claim);
        }
    }

    public IReadOnlyList<MemoryClaim> Claims { get; }

    /// <summary>Size of the arena.</summary>
    public long Bytes { get; }

    private static long LowestFreeOffset(MemoryClaim claim, List<MemoryClaim> placed)
    {
        long offset = 0, size = Arena.Align(claim.Bytes);
        foreach (var other in placed.Where(p => p.From <= claim.To && claim.From <= p.To).OrderBy(p => p.Offset))
        {
            if (other.Offset >= offset + size) break;
            offset = Math.Max(offset, other.Offset + Arena.Align(other.Bytes));
        }
        return offset;
    }
}
