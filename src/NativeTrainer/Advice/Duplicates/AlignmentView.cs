using System.Numerics.Tensors;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Duplicates;

/// <summary>A thumbnail made ready for alignment: as numbers, without its slow changes, and small windows of it to start from.</summary>
internal sealed class AlignmentView
{
    public const int Side = GrayThumbnail.Side;

    /// <summary>Side of a coarse window in samples.</summary>
    public const int CoarseSide = 16;

    public const int CoarseLength = CoarseSide * CoarseSide;

    // What the detail image lacks: the mean over a square of this half side.
    private const int DetailRadius = 2;

    // Detail beyond so many times its mean magnitude is cut off.
    private const float ClipFactor = 2.5f;

    private const int HalfSide = Side / 2;

    private readonly float[] _half; // (HalfSide, HalfSide), each the mean of four pixels
    private readonly Lazy<float[]> _windows, _detail;
    private readonly Lazy<AlignmentView> _mirrored;

    public AlignmentView(GrayThumbnail thumbnail)
    {
        Pixels = [.. thumbnail.Pixels.Select(p => (float)p)];
        _half = Half(Pixels);
        Whole = Coarse(AffineWarp.Identity);
        MirroredWhole = (float[])Whole.Clone();
        for (int y = 0; y < CoarseSide; y++) MirroredWhole.AsSpan(y * CoarseSide, CoarseSide).Reverse();
        _windows = new Lazy<float[]>(MakeWindows);
        _detail = new Lazy<float[]>(() => WithoutMean(Pixels));
        _mirrored = new Lazy<AlignmentView>(() => new AlignmentView(thumbnail.Mirrored()));
    }

    public float[] Pixels { get; } // (Side, Side)

    /// <summary>Pixels less the mean around each, without outliers.</summary>
    public float[] Detail => _detail.Value; // (Side, Side)

    /// <summary>The whole picture: mean 0, length 1; all 0 where it is flat.</summary>
    public float[] Whole { get; } // (CoarseSide, CoarseSide)

    public float[] MirroredWhole { get; }

    /// <summary>The windows of <see cref="StartWarps"/>, each as <see cref="Whole"/>.</summary>
    public ReadOnlySpan<float> Window(int index) => _windows.Value.AsSpan(index * CoarseLength, CoarseLength);

    public AlignmentView Mirrored => _mirrored.Value;

    /// <summary>Where a copy may have been cut out: the whole, two sizes in nine places each, and the whole turned both ways.</summary>
    public static IReadOnlyList<AffineWarp> StartWarps { get; } = MakeStarts();

    private static List<AffineWarp> MakeStarts()
    {
        const float end = Side - 1;
        var starts = new List<AffineWarp> { AffineWarp.Identity };
        foreach (float size in (ReadOnlySpan<float>)[0.93f, 0.86f])
        {
            for (int place = 0; place < 9; place++)
                starts.Add(new AffineWarp(size, 0, place % 3 * (1 - size) / 2 * end, 0, size, place / 3 * (1 - size) / 2 * end));
        }
        foreach (float angle in (ReadOnlySpan<float>)[3.5f, -3.5f])
        {
            var (sin, cos) = MathF.SinCos(angle * MathF.PI / 180);
            float centre = end / 2;
            starts.Add(new AffineWarp(cos, -sin, centre - cos * centre + sin * centre, sin, cos, centre - sin * centre - cos * centre));
        }
        return starts;
    }

    private float[] MakeWindows()
    {
        var windows = new float[StartWarps.Count * CoarseLength];
        for (int i = 0; i < StartWarps.Count; i++) Coarse(StartWarps[i]).CopyTo(windows, i * CoarseLength);
        return windows;
    }

    private float[] Coarse(AffineWarp warp)
    {
        const float step = (float)Side / CoarseSide;
        var coarse = new float[CoarseLength];
        for (int i = 0; i < coarse.Length; i++)
        {
            var (x, y) = warp.At((i % CoarseSide + 0.5f) * step - 0.5f, (i / CoarseSide + 0.5f) * step - 0.5f);
            coarse[i] = Bilinear(_half, HalfSide, (x - 0.5f) / 2, (y - 0.5f) / 2);
        }
        Normalize(coarse);
        return coarse;
    }

    private static float[] Half(float[] pixels)
    {
        var half = new float[HalfSide * HalfSide];
        for (int i = 0; i < half.Length; i++)
        {
            int at = i / HalfSide * 2 * Side + i % HalfSide * 2;
            half[i] = (pixels[at] + pixels[at + 1] + pixels[at + Side] + pixels[at + Side + 1]) / 4;
        }
        return half;
    }

    /// <summary>Mean 0 and length 1; all 0 where hardly anything varies.</summary>
    private static void Normalize(Span<float> values)
    {
        TensorPrimitives.Subtract(values, TensorPrimitives.Sum(values) / values.Length, values);
        float length = TensorPrimitives.Norm(values);
        if (length > 1e-3f * values.Length) TensorPrimitives.Divide(values, length, values);
        else values.Clear();
    }

    /// <summary>Between the pixels of a square image; beyond the edge the edge's.</summary>
    public static float Bilinear(float[] image, int side, float x, float y)
    {
        x = Math.Clamp(x, 0, side - 1.001f);
        y = Math.Clamp(y, 0, side - 1.001f);
        int left = (int)x, top = (int)y, at = top * side + left;
        float fx = x - left, fy = y - top;
        float upper = image[at] + (image[at + 1] - image[at]) * fx, lower = image[at + side] + (image[at + side + 1] - image[at + side]) * fx;
        return upper + (lower - upper) * fy;
    }

    private static float[] WithoutMean(float[] pixels)
    {
        // Sums of whole numbers are exact, in whatever order.
        var (across, detail) = (new float[pixels.Length], new float[pixels.Length]);
        for (int i = 0; i < pixels.Length; i++)
        {
            var (left, right) = Around(i % Side);
            for (int x = left; x <= right; x++) across[i] += pixels[i - i % Side + x];
        }
        for (int i = 0; i < pixels.Length; i++)
        {
            var ((left, right), (top, bottom)) = (Around(i % Side), Around(i / Side));
            float sum = 0;
            for (int y = top; y <= bottom; y++) sum += across[y * Side + i % Side];
            detail[i] = pixels[i] - sum / ((right - left + 1) * (bottom - top + 1));
        }
        // Frames and lettering would otherwise outweigh what the picture shows.
        float most = ClipFactor * TensorPrimitives.SumOfMagnitudes<float>(detail) / detail.Length;
        for (int i = 0; i < detail.Length; i++) detail[i] = Math.Clamp(detail[i], -most, most);
        return detail;
    }

    private static (int First, int Last) Around(int at) => (Math.Max(at - DetailRadius, 0), Math.Min(at + DetailRadius, Side - 1));
}
