using ILGPU;

namespace NativeTrainer.Kernels.BatchNorm2d;

internal struct GradientSumsArguments
{
    public ArrayView<float> X, Y, Dy, Weight, Mean, InvStdOrVar, Dweight, Dbias, Workspace;
    public BatchNormParts Parts;
    public float Epsilon;

    /// <summary>0 or 1.</summary>
    public int Relu, Training, HasParameters, AddsParameters;
}

internal struct GradientArguments
{
    public ArrayView<float> X, Y, Dy, Dx, Dresidual, Weight, Variance, Workspace;
    public BatchNormParts Parts;
    public float Epsilon;

    /// <summary>0 or 1.</summary>
    public int Relu, Training, HasDx, AddsDx, HasResidual, AddsResidual;
}

/// <summary>g = dy, under ReLU only where y &gt; 0. The sums Σg and Σg(x − mean) per part, then combined in float64 in the parts' order; then the gradients.</summary>
internal static class GradientSimt
{
    /// <summary>Grid: channels, parts.</summary>
    public static void Partial(GradientSumsArguments k)
    {
        int c = Grid.IdxX * Group.DimX + Group.IdxX, part = Grid.IdxY, channels = k.Parts.Channels;
        if (c >= channels) return;
        long at = k.Parts.First(part) * channels + c;
        float mean = k.Mean[c], sum = 0, dot = 0;
        for (int row = k.Parts.Length(part); row > 0; row--, at += channels)
        {
            float g = k.Relu != 0 && !(k.Y[at] > 0) ? 0 : k.Dy[at];
            sum += g;
            dot += g * (k.X[at] - mean);
        }
        k.Workspace[k.Parts.Sum(part, 0) + c] = sum;
        k.Workspace[k.Parts.Sum(part, 1) + c] = dot;
    }

    /// <summary>Grid: channels. dweight, dbias and, in training, the coefficients of dx = weight·invStd·(g − Σg/N − x̂·Σg·x̂/N).</summary>
    public static void Combine(GradientSumsArguments k)
    {
        int c = Grid.IdxX * Group.DimX + Group.IdxX;
        if (c >= k.Parts.Channels) return;
        double sum = 0, dot = 0, rows = k.Parts.Rows;
        for (int part = 0; part < k.Parts.Count; part++)
        {
            sum += k.Workspace[k.Parts.Sum(part, 0) + c];
            dot += k.Workspace[k.Parts.Sum(part, 1) + c];
        }
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
    public static void ConstantScale(GradientArguments k)
    {
        int c = Grid.IdxX * Group.DimX + Group.IdxX;
        if (c < k.Parts.Channels) k.Workspace[k.Parts.Coefficient(1) + c] = (float)(k.Weight[c] / Math.Sqrt((double)k.Variance[c] + k.Epsilon));
    }

    /// <summary>A thread per element. Every element is read before it is written.</summary>
    public static void Kernel(GradientArguments k)
    {
        long i = (long)Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= k.Parts.Rows * k.Parts.Channels) return;
        int c = (int)(i % k.Parts.Channels);
        float g = k.Relu != 0 && !(k.Y[i] > 0) ? 0 : k.Dy[i];
        if (k.HasDx != 0)
        {
            float value = g * k.Workspace[k.Parts.Coefficient(1) + c];
            if (k.Training != 0) value += (k.X[i] - k.Workspace[k.Parts.Coefficient(0) + c]) * k.Workspace[k.Parts.Coefficient(2) + c] + k.Workspace[k.Parts.Coefficient(3) + c];
            if (k.AddsDx != 0) value += k.Dx[i];
            k.Dx[i] = value;
        }
        if (k.HasResidual != 0) k.Dresidual[i] = k.AddsResidual != 0 ? k.Dresidual[i] + g : g;
    }
}
