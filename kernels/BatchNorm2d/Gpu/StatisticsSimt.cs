using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

internal struct PartialStatisticsArguments<TPack, TFloats> where TPack : unmanaged, IPack<TPack> where TFloats : unmanaged, IPack<TFloats>
{
    public ArrayView<TPack> X;
    public ArrayView<TFloats> Workspace;
    public BatchNormParts Parts;
    public ChannelGrid Channels;
}

internal struct StatisticsArguments
{
    public ArrayView<float> Weight, Bias, SavedMean, SavedInvStd, RunningMean, RunningVar, Sums, Workspace;
    public BatchNormParts Parts;
    public float Epsilon, Momentum;
}

internal struct MergeArguments
{
    public ArrayView<float> Source, Target;
    public BatchNormParts Parts, Merged;
}

/// <summary>The first pass over x: shifted sums of each part in float32.</summary>
internal static class PartialStatisticsSimt<TPack, TFloats> where TPack : unmanaged, IPack<TPack> where TFloats : unmanaged, IPack<TFloats>
{
    /// <summary>Grid: channel blocks, parts. Each part's shift is its first row, so that a large mean costs no digits.</summary>
    public static void Kernel(PartialStatisticsArguments<TPack, TFloats> k)
    {
        var shared = SharedMemory.Allocate<Float8>(2 * ChannelGrid.Threads);
        int pack = k.Channels.Pack, line = k.Channels.Line, part = Grid.IdxY, width = k.Channels.Width, length = k.Parts.Length(part);
        bool inside = pack < k.Channels.Packs;
        long first = k.Parts.First(part) * k.Channels.Packs + (inside ? pack : 0);
        Float8 shift = k.X.At(first), sum = default, squares = default;
        for (int row = line; row < length; row += k.Channels.Lines)
        {
            var d = k.X.At(first + (long)row * k.Channels.Packs).Minus(shift);
            sum = sum.Plus(d);
            squares = d.Times(d).Plus(squares);
        }
        LineSums.Add(ref sum, ref squares, shared, width);
        if (line != 0 || !inside) return;
        int packWidth = default(TPack).Width;
        k.Workspace[k.Parts.Sum(part, 0) / packWidth + pack] = default(TFloats).Of(shift);
        k.Workspace[k.Parts.Sum(part, 1) / packWidth + pack] = default(TFloats).Of(sum);
        k.Workspace[k.Parts.Sum(part, 2) / packWidth + pack] = default(TFloats).Of(squares);
    }
}

/// <summary>Adds two sums over the lines of a block.</summary>
internal static class LineSums
{
    /// <summary>In a fixed tree; line 0 gets the result.</summary>
    public static void Add(ref Float8 first, ref Float8 second, ArrayView<Float8> shared, int width)
    {
        shared[Group.IdxX] = first;
        shared[ChannelGrid.Threads + Group.IdxX] = second;
        for (int half = ChannelGrid.Threads / 2; half >= width; half /= 2)
        {
            Group.Barrier();
            if (Group.IdxX >= half) continue;
            var otherFirst = shared[Group.IdxX + half];
            var otherSecond = shared[ChannelGrid.Threads + Group.IdxX + half];
            first = first.Plus(otherFirst);
            second = second.Plus(otherSecond);
            shared[Group.IdxX] = first;
            shared[ChannelGrid.Threads + Group.IdxX] = second;
        }
    }
}

/// <summary>Mean and variance of each channel from the parts' sums, in float64 (Chan, Golub and LeVeque 1979), as on the processor.</summary>
internal static class StatisticsSimt
{
    /// <summary>Several parts become one, with the first one's shift. Grid: merged parts × channels.</summary>
    public static void Merge(MergeArguments k)
    {
        int index = Grid.IdxX * Group.DimX + Group.IdxX, merged = index / k.Merged.Channels, c = index - merged * k.Merged.Channels;
        if (merged >= k.Merged.Count) return;
        int together = k.Merged.RowsPerPart / k.Parts.RowsPerPart, first = merged * together, end = IntrinsicMath.Min(first + together, k.Parts.Count);
        float shift = k.Source[k.Parts.Sum(first, 0) + c];
        double sum = 0, squares = 0;
        for (int part = first; part < end; part++)
        {
            double length = k.Parts.Length(part), own = k.Source[k.Parts.Sum(part, 1) + c], move = (double)k.Source[k.Parts.Sum(part, 0) + c] - shift;
            sum += own + length * move;
            squares += k.Source[k.Parts.Sum(part, 2) + c] + move * (2 * own + length * move);
        }
        k.Target[k.Merged.Sum(merged, 0) + c] = shift;
        k.Target[k.Merged.Sum(merged, 1) + c] = (float)sum;
        k.Target[k.Merged.Sum(merged, 2) + c] = (float)squares;
    }

    /// <summary>Grid: blocks of channels.</summary>
    public static void Combine(StatisticsArguments k)
    {
        var shared = SharedMemory.Allocate<double>(PartCombine.Threads);
        int channel = PartCombine.Channel, c = IntrinsicMath.Min(channel, k.Parts.Channels - 1);
        double mean = 0, squares = 0, rows = k.Parts.Rows;
        for (int part = PartCombine.FirstPart; part < k.Parts.Count; part += PartCombine.PartStep)
            mean += (double)k.Parts.Length(part) * k.Sums[k.Parts.Sum(part, 0) + c] + k.Sums[k.Parts.Sum(part, 1) + c];
        mean = PartCombine.Sum(mean, shared) / rows;
        for (int part = PartCombine.FirstPart; part < k.Parts.Count; part += PartCombine.PartStep)
        {
            double length = k.Parts.Length(part), sum = k.Sums[k.Parts.Sum(part, 1) + c], offset = sum / length;
            double between = k.Sums[k.Parts.Sum(part, 0) + c] + offset - mean;
            squares += k.Sums[k.Parts.Sum(part, 2) + c] - offset * sum + length * between * between;
        }
        squares = PartCombine.Sum(squares, shared);
        if (PartCombine.FirstPart != 0 || channel >= k.Parts.Channels) return;
        if (squares < 0) squares = 0;
        double invStd = 1 / Math.Sqrt(squares / rows + k.Epsilon), momentum = k.Momentum;
        k.SavedMean[c] = (float)mean;
        k.SavedInvStd[c] = (float)invStd;
        k.RunningMean[c] = (float)((1 - momentum) * k.RunningMean[c] + momentum * mean);
        k.RunningVar[c] = (float)((1 - momentum) * k.RunningVar[c] + momentum * squares / (rows - 1));
        Coefficients(k, c, mean, invStd * k.Weight[c]);
    }

    /// <summary>Grid: channels. The coefficients of constant statistics.</summary>
    public static void Constant(StatisticsArguments k)
    {
        int c = Grid.IdxX * Group.DimX + Group.IdxX;
        if (c >= k.Parts.Channels) return;
        Coefficients(k, c, k.RunningMean[c], k.Weight[c] / Math.Sqrt((double)k.RunningVar[c] + k.Epsilon));
    }

    /// <summary>The mean's part below float32's last digit goes into the offset, so that it is not lost.</summary>
    private static void Coefficients(in StatisticsArguments k, int c, double mean, double scale)
    {
        float rounded = (float)mean;
        k.Workspace[k.Parts.Coefficient(0) + c] = rounded;
        k.Workspace[k.Parts.Coefficient(1) + c] = (float)scale;
        k.Workspace[k.Parts.Coefficient(2) + c] = (float)(k.Bias[c] + (rounded - mean) * scale);
    }
}
