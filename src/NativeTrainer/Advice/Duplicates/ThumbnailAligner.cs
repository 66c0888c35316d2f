using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NativeTrainer.Advice.Duplicates;

/// <summary>How alike two thumbnails are once one is laid upon the other.</summary>
/// <param name="Correlation">Of the gray values where both overlap, −1 to 1.</param>
/// <param name="Detail">The same without slow changes: edges and texture, which unrelated pictures do not share.</param>
/// <param name="Overlap">Share of the first picture's inner part that lies upon the second, 0 to 1.</param>
/// <param name="Mirrored">The second was mirrored.</param>
internal readonly record struct ThumbnailAlignment(float Correlation, float Detail, float Overlap, bool Mirrored)
{
    public static ThumbnailAlignment None { get; } = new(0, 0, 0, false);
}

/// <summary>
/// Lays one thumbnail upon another by an affine map: the best of some windows as a start, then inverse compositional Gauss-Newton (Baker and Matthews,
/// "Lucas-Kanade 20 years on", IJCV 2004) on values normalised for brightness and contrast. The outer rim of the first does not count, as a turned
/// picture has strange corners. Holds scratch memory: one for each thread.
/// </summary>
internal sealed class ThumbnailAligner
{
    private const int Side = AlignmentView.Side, Rim = 4, Inner = Side - 2 * Rim, Points = Inner * Inner;

    // What copies that this is meant for may do to a picture: 0.7 of a side cut away, 10 degrees, and a change of proportions.
    private const float LeastScale = 0.7f, MostScale = 1 / LeastScale, MostTurn = 0.18f, LeastOverlap = 0.6f;

    private const int MostSteps = 20;

    private const float SmallStep = 0.02f;

    private readonly float[] _descent = new float[6 * Points]; // (6, Points): gradient of the template times ∂warp/∂p
    private readonly float[] _template = new float[Points];
    private readonly float[] _templateDetail = new float[Points];
    private readonly float[] _warped = new float[Points];
    private readonly float[] _valid = new float[Points];
    private readonly float[] _masked = new float[Points];
    private readonly double[] _inverse = new double[36];
    private AlignmentView? _view;
    private bool _prepared;

    /// <summary>Takes the first picture of the pairs that follow.</summary>
    public void SetTemplate(AlignmentView view)
    {
        if (ReferenceEquals(view, _view)) return;
        (_view, _prepared) = (view, false);
    }

    // Most pairs are given up at the start, so that this is done for the others alone.
    private void Prepare(AlignmentView view)
    {
        if (_prepared) return;
        _prepared = true;
        var pixels = view.Pixels;
        for (int i = 0; i < Points; i++)
        {
            int x = i % Inner + Rim, y = i / Inner + Rim, at = y * Side + x;
            (_template[i], _templateDetail[i]) = (pixels[at], view.Detail[at]);
            float gx = (pixels[at + 1] - pixels[at - 1]) / 2, gy = (pixels[at + Side] - pixels[at - Side]) / 2;
            // Coordinates about the centre keep the normal equations well conditioned.
            float cx = (x - Side / 2) / (float)Side, cy = (y - Side / 2) / (float)Side;
            ReadOnlySpan<float> row = [gx * cx, gx * cy, gx, gy * cx, gy * cy, gy];
            for (int p = 0; p < 6; p++) _descent[p * Points + i] = row[p];
        }
        var normal = new double[36];
        for (int p = 0; p < 6; p++)
        {
            for (int q = 0; q < 6; q++) normal[p * 6 + q] = TensorPrimitives.Dot<float>(_descent.AsSpan(p * Points, Points), _descent.AsSpan(q * Points, Points));
        }
        SmallMatrix.Invert(normal, _inverse, 6);
    }

    /// <summary>The better of the second picture as it is and mirrored.</summary>
    /// <param name="other">The second picture.</param>
    /// <param name="least">Starts below this correlation are given up.</param>
    public ThumbnailAlignment Align(AlignmentView other, float least)
    {
        var view = _view ?? throw new InvalidOperationException("set the template first");
        var plain = Start(view, other, mirrored: false);
        var mirror = Start(view, other, mirrored: true);
        if (Math.Max(plain.Score, mirror.Score) < least) return ThumbnailAlignment.None;
        Prepare(view);
        // The start decides unless both are near; then both are refined.
        var best = plain.Score >= mirror.Score - 0.05f ? Refine(other, plain.Warp, false) : ThumbnailAlignment.None;
        if (mirror.Score < plain.Score - 0.05f) return best;
        var turned = Refine(other.Mirrored, mirror.Warp, true);
        return turned.Detail > best.Detail ? turned : best;
    }

    private static (float Score, AffineWarp Warp) Start(AlignmentView first, AlignmentView second, bool mirrored)
    {
        var (best, warp) = (float.MinValue, AffineWarp.Identity);
        var starts = AlignmentView.StartWarps;
        var whole = mirrored ? first.MirroredWhole : first.Whole;
        for (int i = 0; i < starts.Count; i++)
        {
            // The second's window looks like the whole first: the first was cut out of the second.
            float score = TensorPrimitives.Dot<float>(second.Window(i), whole);
            if (score > best) (best, warp) = (score, mirrored ? InMirror(starts[i]) : starts[i]);
            if (i == 0) continue;
            score = TensorPrimitives.Dot<float>(first.Window(i), mirrored ? second.MirroredWhole : second.Whole);
            if (score > best) (best, warp) = (score, starts[i].Inverse());
        }
        return (best, warp);
    }

    // A window of the second as it is, seen in the mirrored second by the first: x → last − x on both sides.
    private static AffineWarp InMirror(AffineWarp warp)
    {
        var mirror = new AffineWarp(-1, 0, Side - 1, 0, 1, 0);
        return mirror.After(warp).After(mirror);
    }

    private ThumbnailAlignment Refine(AlignmentView other, AffineWarp warp, bool mirrored)
    {
        for (int step = 0; step < MostSteps; step++)
        {
            float overlap = Sample(other.Pixels, warp);
            if (overlap < LeastOverlap || !Plausible(warp)) return ThumbnailAlignment.None;
            var (tm, ts) = Moments(_template);
            var (wm, ws) = Moments(_warped);
            if (ts < 1e-3f || ws < 1e-3f) return ThumbnailAlignment.None;
            Difference(wm, ts / ws, tm);
            var change = Solve();
            warp = warp.After(change.Inverse());
            // At the rim, a change of ∂x/∂x moves by half the side.
            float move = (MathF.Abs(change.A - 1) + MathF.Abs(change.B) + MathF.Abs(change.D) + MathF.Abs(change.E - 1)) * Side / 2 + MathF.Abs(change.At(Side / 2, Side / 2).X - Side / 2)
                + MathF.Abs(change.At(Side / 2, Side / 2).Y - Side / 2);
            if (move < SmallStep) break;
        }
        if (!Plausible(warp)) return ThumbnailAlignment.None;
        float share = Sample(other.Pixels, warp);
        if (share < LeastOverlap) return ThumbnailAlignment.None;
        float correlation = Correlation(_template);
        Sample(other.Detail, warp);
        return new ThumbnailAlignment(correlation, Correlation(_templateDetail), share, mirrored);
    }

    // What is left between the two where both are, the other brought to the first's light.
    private void Difference(float warpedMean, float gain, float templateMean)
    {
        for (int i = 0; i < Points; i += Vector256<float>.Count)
        {
            var (valid, warped, template) = (Vector256.LoadUnsafe(ref _valid[i]), Vector256.LoadUnsafe(ref _warped[i]), Vector256.LoadUnsafe(ref _template[i]));
            (valid * ((warped - Vector256.Create(warpedMean)) * gain - (template - Vector256.Create(templateMean)))).StoreUnsafe(ref _masked[i]);
        }
    }

    private AffineWarp Solve()
    {
        Span<double> gradient = stackalloc double[6];
        for (int p = 0; p < 6; p++) gradient[p] = TensorPrimitives.Dot<float>(_descent.AsSpan(p * Points, Points), _masked);
        Span<float> d = stackalloc float[6];
        for (int p = 0; p < 6; p++)
        {
            double sum = 0;
            for (int q = 0; q < 6; q++) sum += _inverse[p * 6 + q] * gradient[q];
            d[p] = (float)sum;
        }
        // From coordinates about the centre, in units of the side, back to pixels.
        const float half = Side / 2;
        float a = d[0] / Side, b = d[1] / Side, dd = d[3] / Side, e = d[4] / Side;
        return new AffineWarp(1 + a, b, d[2] - (a + b) * half, dd, 1 + e, d[5] - (dd + e) * half);
    }

    // Fills _warped and _valid; the share of points that lie on the picture. Lanes are neighbours of a row, whose length they divide; what lies beyond the edge is read at it and not kept.
    private float Sample(float[] image, AffineWarp warp)
    {
        ref float from = ref MemoryMarshal.GetArrayDataReference(image);
        var across = Vector256.Create(0f, 1, 2, 3, 4, 5, 6, 7);
        var (last, inside) = (Vector256.Create(Side - 1f), Vector256.Create(Side - 1.001f));
        for (int i = 0; i < Points; i += Vector256<float>.Count)
        {
            var column = Vector256.Create((float)(i % Inner + Rim)) + across;
            float row = i / Inner + Rim;
            var (x, y) = (column * warp.A + Vector256.Create(warp.B * row) + Vector256.Create(warp.C), column * warp.D + Vector256.Create(warp.E * row) + Vector256.Create(warp.F));
            var on = Vector256.GreaterThanOrEqual(Vector256.Min(x, y), default) & Vector256.LessThanOrEqual(Vector256.Max(x, y), last);
            (x, y) = (Vector256.Clamp(x, default, inside), Vector256.Clamp(y, default, inside));
            var (left, top) = (Vector256.ConvertToInt32(x), Vector256.ConvertToInt32(y));
            var (fx, fy, at) = (x - Vector256.ConvertToSingle(left), y - Vector256.ConvertToSingle(top), top * Side + left);
            var (a, b, c, d) = (Gather(ref from, at), Gather(ref Unsafe.Add(ref from, 1), at), Gather(ref Unsafe.Add(ref from, Side), at), Gather(ref Unsafe.Add(ref from, Side + 1), at));
            var (upper, lower) = (a + (b - a) * fx, c + (d - c) * fx);
            (on & Vector256<float>.One).StoreUnsafe(ref _valid[i]);
            (on & (upper + (lower - upper) * fy)).StoreUnsafe(ref _warped[i]);
        }
        return TensorPrimitives.Sum<float>(_valid) / Points;
    }

    private static Vector256<float> Gather(ref float from, Vector256<int> at) => Vector256.Create(
        Unsafe.Add(ref from, at.GetElement(0)), Unsafe.Add(ref from, at.GetElement(1)), Unsafe.Add(ref from, at.GetElement(2)), Unsafe.Add(ref from, at.GetElement(3)),
        Unsafe.Add(ref from, at.GetElement(4)), Unsafe.Add(ref from, at.GetElement(5)), Unsafe.Add(ref from, at.GetElement(6)), Unsafe.Add(ref from, at.GetElement(7)));

    private (float Mean, float Deviation) Moments(float[] values)
    {
        float count = TensorPrimitives.Sum<float>(_valid), mean = TensorPrimitives.Dot<float>(values, _valid) / count;
        TensorPrimitives.Subtract(values, mean, _masked);
        TensorPrimitives.Multiply(_masked, _valid, _masked);
        return (mean, MathF.Sqrt(TensorPrimitives.SumOfSquares<float>(_masked) / count));
    }

    private float Correlation(float[] template)
    {
        var (tm, ts) = Moments(template);
        var (wm, ws) = Moments(_warped);
        if (ts < 1e-3f || ws < 1e-3f) return 0;
        float sum = 0;
        for (int i = 0; i < Points; i++) sum += _valid[i] * (template[i] - tm) * (_warped[i] - wm);
        return sum / (TensorPrimitives.Sum<float>(_valid) * ts * ws);
    }

    private static bool Plausible(AffineWarp warp)
    {
        float along = MathF.Sqrt(warp.A * warp.A + warp.D * warp.D), down = MathF.Sqrt(warp.B * warp.B + warp.E * warp.E);
        return float.IsFinite(warp.C + warp.F) && along is >= LeastScale and <= MostScale && down is >= LeastScale and <= MostScale
            && MathF.Abs(warp.D / along) < MostTurn && MathF.Abs(warp.B / down) < MostTurn && warp.A > 0 && warp.E > 0;
    }
}
