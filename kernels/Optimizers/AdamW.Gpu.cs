using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Optimizers;

internal struct AdamWArguments
{
    public ArrayView<GpuPiece> Pieces;
    public ArrayView<float> W, Dw, M, V, Scale;

    /// <summary>1 − β₁, 1 − β₂, ε, 1/√(1 − β₂ᵗ), then per group what the weight shrinks to and then its step.</summary>
    public ArrayView<float> Values;
    public int Groups;

    /// <summary>0 or 1.</summary>
    public int HasScale;
}

internal sealed class AdamWGpu(GpuDevice device, SegmentChunks chunks) : AdamW
{
    private const int Shrinks = 4;

    private readonly OptimizerPieces _pieces = new(device, chunks);
    private readonly GpuKernel<AdamWArguments> _kernel = device.Load<AdamWArguments>(Kernel, OptimizerPieces.Threads);
    private readonly StepSlot _slot = device.StepValues.Take(Shrinks + 2 * chunks.Groups);
    private readonly float[] _values = new float[Shrinks + 2 * chunks.Groups];

    public override string Variant => "adamw_simt";

    public override void Step(TensorView w, TensorView dw, TensorView m, TensorView v, float[] learningRates, float[] weightDecays,
        float beta1, float beta2, float epsilon, int step, TensorView gradScale)
    {
        Debug.Assert(w.Count >= chunks.End && dw.Count >= chunks.End && m.Count >= chunks.End && v.Count >= chunks.End && step >= 1);
        Debug.Assert(learningRates.Length == chunks.Groups && weightDecays.Length == chunks.Groups);
        if (_pieces.Count == 0) return;
        double correction1 = 1 - Math.Pow(beta1, step), correction2 = 1 - Math.Pow(beta2, step);
        (_values[0], _values[1], _values[2], _values[3]) = ((float)(1.0 - beta1), (float)(1.0 - beta2), epsilon, (float)(1 / Math.Sqrt(correction2)));
        for (int group = 0; group < chunks.Groups; group++)
        {
            _values[Shrinks + group] = (float)(1 - (double)learningRates[group] * weightDecays[group]);
            _values[Shrinks + chunks.Groups + group] = (float)(-learningRates[group] / correction1);
        }
        device.StepValues.Write(_slot, _values);
        _kernel.Launch(_pieces.Grid, new()
        {
            Pieces = _pieces.View,
            W = w.GpuFloat32,
            Dw = dw.GpuFloat32,
            M = m.GpuFloat32,
            V = v.GpuFloat32,
            Scale = gradScale.IsNone ? w.GpuFloat32 : gradScale.GpuFloat32,
            Values = device.StepValues.View(_slot),
            Groups = chunks.Groups,
            HasScale = gradScale.IsNone ? 0 : 1,
        });
    }

    private static void Kernel(AdamWArguments k)
    {
        var piece = k.Pieces[Grid.IdxX];
        float scale = k.HasScale != 0 ? k.Scale[0] : 1, take1 = k.Values[0], take2 = k.Values[1], epsilon = k.Values[2], root = k.Values[3];
        float shrink = k.Values[Shrinks + piece.Group], step = k.Values[Shrinks + k.Groups + piece.Group];
        for (int i = Grid.IdxY * Group.DimX + Group.IdxX; i < piece.Count; i += Group.DimX * OptimizerPieces.BlocksPerPiece)
        {
            long at = piece.Start + i;
            float g = scale * k.Dw[at], mean = k.M[at], square = k.V[at];
            mean = take1 * (g - mean) + mean;
            square = take2 * (g * g - square) + square;
            k.M[at] = mean;
            k.V[at] = square;
            k.W[at] = step * (mean / (MathF.Sqrt(square) * root + epsilon)) + shrink * k.W[at];
        }
    }
}
