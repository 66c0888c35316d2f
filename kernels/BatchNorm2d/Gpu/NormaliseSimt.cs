using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

internal struct NormaliseArguments<TPack, TFloats> where TPack : unmanaged, IPack<TPack> where TFloats : unmanaged, IPack<TFloats>
{
    public ArrayView<TPack> X, Residual, Y;
    public ArrayView<byte> Mask;
    public ArrayView<TFloats> Workspace;
    public BatchNormParts Parts;
    public ChannelGrid Channels;

    /// <summary>0 or 1: kernel arguments hold no bool.</summary>
    public int HasResidual, Relu, HasMask;
}

/// <summary>y = act((x − mean)·scale + offset [+ residual]) with the coefficient rows mean, scale, offset; in a byte for each pack, which values were above 0. Grid: all blocks.</summary>
internal static class NormaliseSimt<TPack, TFloats> where TPack : unmanaged, IPack<TPack> where TFloats : unmanaged, IPack<TFloats>
{
    /// <summary>Rows that a thread takes: its coefficients are read once for them.</summary>
    public const int RowsPerThread = 4;

    public static void Kernel(NormaliseArguments<TPack, TFloats> k)
    {
        int pack = k.Channels.PackOfAll, width = default(TPack).Width;
        if (pack >= k.Channels.Packs) return;
        Float8 mean = k.Workspace.At(k.Parts.Coefficient(0) / width + pack), scale = k.Workspace.At(k.Parts.Coefficient(1) / width + pack);
        var offset = k.Workspace.At(k.Parts.Coefficient(2) / width + pack);
        long row = (long)k.Channels.RowBlockOfAll * k.Channels.Lines * RowsPerThread + k.Channels.Line;
        for (int i = 0; i < RowsPerThread; i++, row += k.Channels.Lines)
        {
            if (row >= k.Parts.Rows) return;
            long at = row * k.Channels.Packs + pack;
            var value = k.X.At(at).Minus(mean).Times(scale).Plus(offset);
            if (k.HasResidual != 0) value = value.Plus(k.Residual.At(at));
            if (k.HasMask != 0) k.Mask[at] = (byte)value.PositiveBits();
            if (k.Relu != 0) value = value.Positive();
            k.Y[at] = default(TPack).Of(value);
        }
    }
}
