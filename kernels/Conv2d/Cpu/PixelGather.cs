using System.Runtime.CompilerServices;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// Neighbouring taps that read neighbouring pixels of one source row: where they lie inside the image, their channels are one
/// contiguous run of memory.
/// </summary>
/// <param name="OffsetH">Source row minus destination row · stride.</param>
/// <param name="OffsetW">Source column of the first tap minus destination column · stride.</param>
/// <param name="Taps">Number of taps.</param>
internal readonly record struct TapRun(int OffsetH, int OffsetW, int Taps);

/// <summary>
/// A slice of the reduction: whole tap runs with all channels, or one tap with some of its channels. The same slices serve as reduction
/// blocks (fprop, dgrad) and as column groups (wgrad).
/// </summary>
/// <param name="FirstRun">Index of its first run.</param>
/// <param name="Runs">Number of runs.</param>
/// <param name="Channel">First channel.</param>
/// <param name="Channels">Channels of each tap.</param>
/// <param name="Start">First step in the whole reduction (tap · channels + channel).</param>
/// <param name="Length">Steps.</param>
internal readonly record struct ReductionSlice(int FirstRun, int Runs, int Channel, int Channels, int Start, int Length);

/// <summary>Implicit im2col: copies what some destination pixels read into a row-major tile, zeros where a tap leaves the image.</summary>
internal readonly unsafe struct PixelGather(float* source, int height, int width, int channels, int gridH, int gridW, int strideH, int strideW, TapRun* runs)
{
    /// <param name="first">First destination pixel, counted over (image, gridH, gridW).</param>
    /// <param name="count">Destination pixels: rows of the tile.</param>
    /// <param name="tile">Rows of <paramref name="ld"/> floats; the first <c>slice.Length</c> are written.</param>
    public void Run(long first, int count, ReductionSlice slice, float* tile, int ld)
    {
        int image = (int)(first / (gridH * gridW)), rest = (int)(first % (gridH * gridW));
        int p = rest / gridW, q = rest % gridW;
        for (int row = 0; row < count; row++)
        {
            float* to = tile + (long)row * ld;
            float* imageStart = source + (long)image * height * width * channels;
            for (int i = slice.FirstRun; i < slice.FirstRun + slice.Runs; i++)
            {
                var run = runs[i];
                int h = p * strideH + run.OffsetH, w = q * strideW + run.OffsetW;
                int length = run.Taps * slice.Channels;
                if ((uint)h >= (uint)height || w >= width || w + run.Taps <= 0)
                {
                    new Span<float>(to, length).Clear();
                }
                else if (w >= 0 && w + run.Taps <= width)
                {
                    float* from = imageStart + ((long)h * width + w) * channels + slice.Channel;
                    Unsafe.CopyBlockUnaligned(to, from, (uint)(length * sizeof(float)));
                }
                else
                {
                    int left = Math.Max(-w, 0), inside = Math.Min(w + run.Taps, width) - (w + left);
                    new Span<float>(to, length).Clear();
                    float* from = imageStart + ((long)h * width + w + left) * channels + slice.Channel;
                    Unsafe.CopyBlockUnaligned(to + left * slice.Channels, from, (uint)(inside * slice.Channels * sizeof(float)));
                }
                to += length;
            }
            if (++q < gridW) continue;
            q = 0;
            if (++p < gridH) continue;
            p = 0;
            image++;
        }
    }
}

/// <summary>The taps of one pass as runs and slices, in memory that kernels can point to.</summary>
internal sealed class TapPlan
{
    private readonly TapRun[] _runs;

    /// <param name="taps">Offsets in the order of the packed weights.</param>
    /// <param name="channels">Source channels.</param>
    /// <param name="largest">Steps that a slice should not exceed, unless one tap or run cannot be cut.</param>
    public TapPlan(IReadOnlyList<(int OffsetH, int OffsetW)> taps, int channels, int largest)
    {
        Slices = Cut(taps, channels, largest, out _runs);
    }

    public ReductionSlice[] Slices { get; }

    /// <summary>Longest slice.</summary>
    public int LongestSlice => Slices.Length == 0 ? 0 : Slices.Max(s => s.Length);

    public unsafe TapRun* Runs => (TapRun*)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_runs));

    private static ReductionSlice[] Cut(IReadOnlyList<(int OffsetH, int OffsetW)> taps, int channels, int largest, out TapRun[] pinnedRuns)
    {
        var runs = new List<TapRun>();
        var slices = new List<ReductionSlice>();
        // Slices of near-equal size: 9 taps of 64 channels under 320 are 5 and 4, not 5, 3 and 1.
        int parts = Math.Max(1, (taps.Count * channels + largest - 1) / largest);
        if (channels <= largest || taps.Count >= parts)
        {
            int perSlice = Math.Max(1, (taps.Count + parts - 1) / parts);
            for (int first = 0; first < taps.Count; first += perSlice)
            {
                int count = Math.Min(perSlice, taps.Count - first), firstRun = runs.Count;
                for (int t = first; t < first + count; t++)
                {
                    var (h, w) = taps[t];
                    if (runs.Count > firstRun && runs[^1].OffsetH == h && runs[^1].OffsetW + runs[^1].Taps == w) runs[^1] = runs[^1] with { Taps = runs[^1].Taps + 1 };
                    else runs.Add(new TapRun(h, w, 1));
                }
                slices.Add(new ReductionSlice(firstRun, runs.Count - firstRun, 0, channels, first * channels, count * channels));
            }
        }
        else
        {
            int pieces = (channels + largest - 1) / largest, perPiece = (channels + pieces - 1) / pieces;
            for (int t = 0; t < taps.Count; t++)
            {
                runs.Add(new TapRun(taps[t].OffsetH, taps[t].OffsetW, 1));
                for (int c = 0; c < channels; c += perPiece)
                    slices.Add(new ReductionSlice(t, 1, c, Math.Min(perPiece, channels - c), t * channels + c, Math.Min(perPiece, channels - c)));
            }
        }
        pinnedRuns = GC.AllocateArray<TapRun>(Math.Max(runs.Count, 1), pinned: true);
        runs.CopyTo(pinnedRuns);
        return [.. slices];
    }
}
