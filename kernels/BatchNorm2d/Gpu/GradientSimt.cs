using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

internal struct PartialGradientArguments<TPack, TFloats> where TPack : unmanaged, IPack<TPack> where TFloats : unmanaged, IPack<TFloats>
{
    public ArrayView<TPack> X, Dy;
    public ArrayView<byte> Mask;
    public ArrayView<TFloats> Mean, Workspace;
    public BatchNormParts Parts;
    public ChannelGrid Channels;

    /// <summary>0 or 1.</summary>
    public int Relu;
}

internal struct GradientSumsArguments
{
    public ArrayView<float> Weight, Mean, InvStdOrVar, Dweight, Dbias, Workspace;
    public BatchNormParts Parts;
    public float Epsilon;

    /// <summary>0 or 1.</summary>
    public int Training, HasParameters, AddsParameters;
}

internal struct GradientArguments<TPack, TFloats> where TPack : unmanaged, IPack<TPack> where TFloats : unmanaged, IPack<TFloats>
{
    public ArrayView<TPack> X, Dy, Dx, Dresidual;
    public ArrayView<byte> Mask;
    public ArrayView<TFloats> Workspace;
    public BatchNormParts Parts;
    public ChannelGrid Channels;

    /// <summary>0 or 1.</summary>
    public int Relu, Training, HasDx, AddsDx, HasResidual, AddsResidual;
}

/// <summary>g = dy, under ReLU only where the mask says that y &gt; 0: the sums Σg and Σg(x − mean) of each part.</summary>
internal static class PartialGradientSimt<TPack, TFloats> where TPack : unmanaged, IPack<TPack> where TFloats : unmanaged, IPack<TFloats>
{
    /// <summary>Grid: channel blocks, parts.</summary>
    public static void Kernel(PartialGradientArguments<TPack, TFloats> k)
    {
        var shared = SharedMemory.Allocate<Float8>(2 * ChannelGrid.Threads);
        int pack = k.Channels.Pack, line = k.Channels.Line, part = Grid.IdxY, length = k.Parts.Length(part);
        bool inside = pack < k.Channels.Packs;
        int column = inside ? pack : 0;
        long first = k.Parts.First(part) * k.Channels.Packs + column;
        Float8 mean = k.Mean.At(column), sum = default, dot = default;
        for (int row = line; row < length; row += k.Channels.Lines)
        {
            long at = first + (long)row * k.Channels.Packs;
            var g = k.Dy.At(at);
            if (k.Relu != 0) g = g.Where(k.Mask[at]);
            sum = sum.Plus(g);
            dot = k.X.At(at).Minus(mean).Times(g).Plus(dot);
        }
        LineSums.Add(ref sum, ref dot, shared, k.Channels.Width);
        if (line != 0 || !inside) return;
        int packWidth = default(TPack).Width;
        k.Workspace[k.Parts.Sum(part, 0) / packWidth + pack] = default(TFloats).Of(sum);
        k.Workspace[k.Parts.Sum(part, 1) / packWidth + pack] = default(TFloats).Of(dot);
    }
}

/// <summary>From the parts' sums, in float64: dweight, dbias and, in training, the coefficients of dx = weight·invStd·(g − Σg/N − x̂·Σg·x̂/N).</summary>
internal static class GradientSums
{
    /// <summary>Grid: blocks of channels.</summary>
    public static void Combine(GradientSumsArguments k)
    {
        var shared = SharedMemory.Allocate<double>(PartCombine.Threads);
        int channel = PartCombine.Channel, c = IntrinsicMath.Min(channel, k.Parts.Channels - 1);
        double sum = 0, dot = 0, rows = k.Parts.Rows;
        for (int part = PartCombine.FirstPart; part < k.Parts.Count; part += PartCombine.PartStep)
        {
            sum += k.Workspace[k.Parts.Sum(part, 0) + c];
            dot += k.Workspace[k.Parts.Sum(part, 1) + c];
        }
        sum = PartCombine.Sum(sum, shared);
        dot = PartCombine.Sum(dot, shared);
        if (PartCombine.FirstPart != 0 || channel >= k.Parts.Channels) return;
        double invStd = k.Training != 0 ? k.InvStdOrVar[c] : 1 / Math.Sqrt((double)k.InvStdOrVar[c] + k.Epsilon);
        if (k.HasParameters != 0)
        {
            k.Dweight[c] = (k.AddsParameters != 0 ? k.Dweight[c] : 0) + (float)(dot * invStd);
            k.Dbias[c] = (k.AddsParameters != 0 ? k.Dbias[c] : 0) + (float)sum;
        }
        if (k.Training == 0) return;
        double scale = k.Weight[c] * invStd;
        k.Workspace[k.Parts.Coefficient(0) + c] = k.Mean[c];
        k.Workspace[k.Parts.Coefficient(1) + c] = (float)scale;
        k.Workspace[k.Parts.Coefficient(2) + c] = (float)(-scale * invStd * invStd * dot / rows);
        k.Workspace[k.Parts.Coefficient(3) + c] = (float)(-scale * sum / rows);
    }

    /// <summary>Grid: channels. weight/√(var + ε), the scale of constant statistics.</summary>
    public static void ConstantScale(GradientSumsArguments k)
    {
        int c = Grid.IdxX * Group.DimX + Group.IdxX;
        if (c < k.Parts.Channels) k.Workspace[k.Parts.Coefficient(1) + c] = (float)(k.Weight[c] / Math.Sqrt((double)k.InvStdOrVar[c] + k.Epsilon));
    }
}

/// <summary>The elementwise end of backward. Every element is read before it is written. Grid: all blocks.</summary>
internal static class GradientSimt<TPack, TFloats> where TPack : unmanaged, IPack<TPack> where TFloats : unmanaged, IPack<TFloats>
{
    public static void Kernel(GradientArguments<TPack, TFloats> k)
    {
        int pack = k.Channels.PackOfAll, width = default(TPack).Width;
        if (pack >= k.Channels.Packs) return;
        Float8 scale = default, mean = default, slope = default, offset = default;
        if (k.HasDx != 0) scale = k.Workspace.At(k.Parts.Coefficient(1) / width + pack);
        if (k.Training != 0)
        {
            mean = k.Workspace.At(k.Parts.Coefficient(0) / width + pack);
            slope = k.Workspace.At(k.Parts.Coefficient(2) / width + pack);
            offset = k.Workspace.At(k.Parts.Coefficient(3) / width + pack);
        }
        long row = (long)k.Channels.RowBlockOfAll * k.Channels.Lines * NormaliseSimt<TPack, TFloats>.RowsPerThread + k.Channels.Line;
        for (int i = 0; i < NormaliseSimt<TPack, TFloats>.RowsPerThread; i++, row += k.Channels.Lines)
        {
            if (row >= k.Parts.Rows) return;
            long at = row * k.Channels.Packs + pack;
            var g = k.Dy.At(at);
            if (k.Relu != 0) g = g.Where(k.Mask[at]);
            if (k.HasDx != 0)
            {
                var value = g.Times(scale);
                if (k.Training != 0) value = value.Plus(k.X.At(at).Minus(mean).Times(slope).Plus(offset));
                if (k.AddsDx != 0) value = value.Plus(k.Dx.At(at));
                k.Dx[at] = default(TPack).Of(value);
            }
            if (k.HasResidual != 0) k.Dresidual[at] = default(TPack).Of(k.AddsResidual != 0 ? k.Dresidual.At(at).Plus(g) : g);
        }
    }
}
