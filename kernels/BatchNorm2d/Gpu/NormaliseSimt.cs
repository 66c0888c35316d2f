using ILGPU;

namespace NativeTrainer.Kernels.BatchNorm2d;

internal struct NormaliseArguments
{
    public ArrayView<float> X, Residual, Y, Workspace;
    public BatchNormParts Parts;

    /// <summary>0 or 1: kernel arguments hold no bool.</summary>
    public int HasResidual, Relu;
}

/// <summary>y = act((x − mean)·scale + offset [+ residual]) with the coefficient rows mean, scale, offset. A thread per element, neighbours are channels.</summary>
internal static class NormaliseSimt
{
    public static void Kernel(NormaliseArguments k)
    {
        long i = (long)Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= k.Parts.Rows * k.Parts.Channels) return;
        int c = (int)(i % k.Parts.Channels);
        float mean = k.Workspace[k.Parts.Coefficient(0) + c], scale = k.Workspace[k.Parts.Coefficient(1) + c], offset = k.Workspace[k.Parts.Coefficient(2) + c];
        float value = (k.X[i] - mean) * scale + offset;
        if (k.HasResidual != 0) value += k.Residual[i];
        k.Y[i] = k.Relu != 0 && value <= 0 ? 0 : value;
    }
}
