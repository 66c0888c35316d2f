using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Optimizers;

internal struct GradientNormArguments
{
    public ArrayView<GpuPiece> Pieces;
    public ArrayView<float> Dw, Norm, Scale;
    public ArrayView<double> Sums;
    public int Count;
    public float MaxNorm;
}

/// <summary>A block per piece, then one block over the pieces, in fixed trees of float64.</summary>
internal sealed class GradientNormGpu(GpuDevice device, SegmentChunks chunks) : GradientNorm
{
    private readonly OptimizerPieces _pieces = new(device, chunks);
    private readonly GpuKernel<GradientNormArguments> _squares = device.Load<GradientNormArguments>(SquaresKernel, BlockSums.Threads);
    private readonly GpuKernel<GradientNormArguments> _norm = device.Load<GradientNormArguments>(NormKernel, BlockSums.Threads);

    public override string Variant => "gradientnorm_simt";

    public override long WorkspaceBytes => Math.Max(1, chunks.Count) * (long)sizeof(double);

    public override void Run(TensorView dw, float maxNorm, TensorView norm, TensorView scale, TensorView workspace)
    {
        Debug.Assert(dw.Count >= chunks.End && norm.Count == 1 && scale.Count == 1 && workspace.Bytes >= WorkspaceBytes);
        var arguments = new GradientNormArguments
        {
            Pieces = _pieces.View,
            Dw = dw.GpuFloat32,
            Norm = norm.GpuFloat32,
            Scale = scale.GpuFloat32,
            Sums = workspace.GpuView<double>(),
            Count = _pieces.Count,
            MaxNorm = maxNorm,
        };
        if (_pieces.Count > 0) _squares.Launch(_pieces.Count, arguments);
        _norm.Launch(1, arguments);
    }

    private static void SquaresKernel(GradientNormArguments k)
    {
        var shared = SharedMemory.Allocate<double>(BlockSums.Threads);
        var piece = k.Pieces[Grid.IdxX];
        double sum = 0;
        for (int i = Group.IdxX; i < piece.Count; i += BlockSums.Threads)
        {
            double g = k.Dw[piece.Start + i];
            sum += g * g;
        }
        sum = BlockSums.Sum(sum, shared);
        if (Group.IdxX == 0) k.Sums[Grid.IdxX] = sum;
    }

    private static void NormKernel(GradientNormArguments k)
    {
        var shared = SharedMemory.Allocate<double>(BlockSums.Threads);
        double sum = 0;
        for (int i = Group.IdxX; i < k.Count; i += BlockSums.Threads) sum += k.Sums[i];
        sum = BlockSums.Sum(sum, shared);
        if (Group.IdxX != 0) return;
        double length = Math.Sqrt(sum), factor = k.MaxNorm / (length + 1e-6);
        k.Norm[0] = (float)length;
        // NaN must reach the parameters' guard: no comparison with it holds.
        k.Scale[0] = k.MaxNorm <= 0 || factor > 1 ? 1 : (float)factor;
    }
}
