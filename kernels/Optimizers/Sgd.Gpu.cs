using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Optimizers;

internal struct SgdArguments
{
    public ArrayView<GpuPiece> Pieces;
    public ArrayView<float> W, Dw, Buffer, Scale;

    /// <summary>Momentum, 1 − dampening, whether it is the first step, then the groups' rates and then their decays.</summary>
    public ArrayView<float> Values;
    public int Groups;

    /// <summary>0 or 1.</summary>
    public int HasBuffer, HasScale, Nesterov;
}

internal sealed class SgdGpu(GpuDevice device, SegmentChunks chunks) : Sgd
{
    private const int Rates = 3;

    private readonly OptimizerPieces _pieces = new(device, chunks);
    private readonly GpuKernel<SgdArguments> _kernel = device.Load<SgdArguments>(Kernel, OptimizerPieces.Threads);
    private readonly StepSlot _slot = device.StepValues.Take(Rates + 2 * chunks.Groups);
    private readonly float[] _values = new float[Rates + 2 * chunks.Groups];

    public override string Variant => "sgd_simt";

    public override void Step(TensorView w, TensorView dw, TensorView momentumBuffer, float[] learningRates, float[] weightDecays,
        float momentum, float dampening, bool nesterov, bool firstStep, TensorView gradScale)
    {
        Debug.Assert(w.Count >= chunks.End && dw.Count >= chunks.End && (momentum == 0 || momentumBuffer.Count >= chunks.End));
        Debug.Assert(learningRates.Length == chunks.Groups && weightDecays.Length == chunks.Groups);
        if (_pieces.Count == 0) return;
        (_values[0], _values[1], _values[2]) = (momentum, 1 - dampening, firstStep ? 1 : 0);
        learningRates.CopyTo(_values, Rates);
        weightDecays.CopyTo(_values, Rates + chunks.Groups);
        device.StepValues.Write(_slot, _values);
        _kernel.Launch(_pieces.Grid, new()
        {
            Pieces = _pieces.View,
            W = w.GpuFloat32,
            Dw = dw.GpuFloat32,
            Buffer = momentum == 0 ? w.GpuFloat32 : momentumBuffer.GpuFloat32,
            Scale = gradScale.IsNone ? w.GpuFloat32 : gradScale.GpuFloat32,
            Values = device.StepValues.View(_slot),
            Groups = chunks.Groups,
            HasBuffer = momentum == 0 ? 0 : 1,
            HasScale = gradScale.IsNone ? 0 : 1,
            Nesterov = nesterov ? 1 : 0,
        });
    }

    private static void Kernel(SgdArguments k)
    {
        var piece = k.Pieces[Grid.IdxX];
        float scale = k.HasScale != 0 ? k.Scale[0] : 1, momentum = k.Values[0], share = k.Values[1], first = k.Values[2];
        float rate = k.Values[Rates + piece.Group], decay = k.Values[Rates + k.Groups + piece.Group];
        for (int i = Grid.IdxY * Group.DimX + Group.IdxX; i < piece.Count; i += Group.DimX * OptimizerPieces.BlocksPerPiece)
        {
            long at = piece.Start + i;
            float value = k.W[at], g = decay * value + scale * k.Dw[at];
            if (k.HasBuffer != 0)
            {
                // The buffer of the first step may hold anything.
                float b = g;
                if (first == 0) b = momentum * k.Buffer[at] + share * g;
                k.Buffer[at] = b;
                g = k.Nesterov != 0 ? momentum * b + g : b;
            }
            k.W[at] = value - rate * g;
        }
    }
}
