using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>The choice of rung.</summary>
internal static class Conv2dGpu
{
    /// <exception cref="ArgumentException">The precision cannot do this shape, or the device not this precision.</exception>
    public static Conv2d Create(GpuDevice device, Conv2dShape shape, Precision precision)
    {
        if (Math.Max(Math.Max(shape.Input.Count, shape.Output.Count), shape.Weights.Count) > int.MaxValue)
            throw new ArgumentException($"conv2d {shape}: a tensor has more than {int.MaxValue} elements; use a smaller batch");
        if (precision == Precision.BFloat16 && !device.HasTensorCores) throw new ArgumentException($"conv2d in bfloat16 needs a card of architecture 8.0 or later, {device.Description} is not; use fp32");
        if (precision == Precision.BFloat16 && !Conv2dMma.Takes(shape))
            throw new ArgumentException($"conv2d {shape} in bfloat16 wants output channels in multiples of 8 and input channels too (or at most 4 of float32); use fp32");
        if (precision == Precision.BFloat16) return new Conv2dMma<Bf16Math, Bf16Storage, RowMajorFragments, Bf16Element>(device, shape);
        return precision == Precision.Tf32 && device.HasTensorCores && Conv2dMma.Takes(shape)
            ? new Conv2dMma<Tf32Math, Float32Storage, RowMajorWords, Float32Element>(device, shape)
            : new Conv2dSimt(device, shape);
    }
}

/// <summary>The Simt rung: implicit GEMMs in float32 with shared-memory tiles and register blocks, on any GPU.</summary>
internal sealed class Conv2dSimt : Conv2d
{
    /// <summary>wgrad's parts fill about this many blocks: several for each multiprocessor of a large card. The shape alone decides, so that results repeat on any.</summary>
    private const int WantedBlocks = 512, LeastPixelsPerPart = 256, BiasRowsPerPart = 128;

    private readonly Conv2dShape _shape;
    private readonly ConvGeometry _geometry;
    private readonly GpuKernel<ForwardArguments> _forward;
    private readonly GpuKernel<BackwardDataArguments> _data;
    private readonly GpuKernel<BackwardWeightsArguments> _weights;
    private readonly PartSums _sums;
    private readonly int _pixelsPerPart, _parts, _biasParts;

    public Conv2dSimt(GpuDevice device, Conv2dShape shape)
    {
        (_shape, _geometry) = (shape, new ConvGeometry(shape));
        _forward = device.Load<ForwardArguments>(ForwardSimt.Kernel, BlockTile.Threads);
        _data = device.Load<BackwardDataArguments>(BackwardDataSimt.Kernel, BlockTile.Threads);
        _weights = device.Load<BackwardWeightsArguments>(BackwardWeightsSimt.Kernel, BlockTile.Threads);
        _sums = new PartSums(device);
        int tiles = Tiles(shape.K) * Tiles(_geometry.TapChannels), wanted = Math.Max(1, WantedBlocks / tiles);
        _pixelsPerPart = Math.Max(LeastPixelsPerPart, Chunks.Count(_geometry.OutputPixels, wanted));
        _parts = Chunks.Count(_geometry.OutputPixels, _pixelsPerPart);
        _biasParts = Chunks.Count(_geometry.OutputPixels, BiasRowsPerPart);
    }

    public override string Variant => $"conv_simt_{BlockTile.Side}x{BlockTile.Side}x{BlockTile.Depth}";

    public override long Flops => 2 * _shape.Macs;

    public override long WorkspaceBytes => Math.Max(_parts > 1 ? _parts * _shape.Weights.Count * sizeof(float) : 0, (long)_biasParts * _shape.K * sizeof(float));

    public override void Forward(TensorView x, TensorView w, in Conv2dEpilogue epilogue, TensorView y, TensorView workspace)
    {
        Debug.Assert(x.Count == _shape.Input.Count && w.Count == _shape.Weights.Count && y.Count == _shape.Output.Count);
        _forward.Launch(new Index3D(Tiles(_geometry.OutputPixels), Tiles(_shape.K), 1), new()
        {
            X = x.GpuFloat32,
            Weights = w.GpuFloat32,
            Bias = epilogue.Bias.IsNone ? w.GpuFloat32 : epilogue.Bias.GpuFloat32,
            Residual = epilogue.Residual.IsNone ? w.GpuFloat32 : epilogue.Residual.GpuFloat32,
            Y = y.GpuFloat32,
            Geometry = _geometry,
            HasBias = epilogue.Bias.IsNone ? 0 : 1,
            HasResidual = epilogue.Residual.IsNone ? 0 : 1,
            Relu = epilogue.Relu ? 1 : 0,
        });
    }

    public override void BackwardData(TensorView dy, TensorView w, TensorView dx, GradientWrite write, TensorView workspace)
    {
        Debug.Assert(dy.Count == _shape.Output.Count && w.Count == _shape.Weights.Count && dx.Count == _shape.Input.Count);
        _data.Launch(new Index3D(Tiles(_geometry.InputPixels), Tiles(_shape.C), 1), new()
        {
            Dy = dy.GpuFloat32,
            Weights = w.GpuFloat32,
            Dx = dx.GpuFloat32,
            Geometry = _geometry,
            Adds = write == GradientWrite.Add ? 1 : 0,
        });
    }

    public override void BackwardWeights(TensorView x, TensorView dy, TensorView dw, GradientWrite write, TensorView workspace)
    {
        Debug.Assert(x.Count == _shape.Input.Count && dy.Count == _shape.Output.Count && dw.Count == _shape.Weights.Count);
        bool direct = _parts == 1;
        var target = direct ? dw.GpuFloat32 : workspace.GpuUInt8.Cast<float>();
        _weights.Launch(new Index3D(Tiles(_shape.K), Tiles(_geometry.TapChannels), _parts), new()
        {
            X = x.GpuFloat32,
            Dy = dy.GpuFloat32,
            Target = target,
            Geometry = _geometry,
            PixelsPerPart = _pixelsPerPart,
            Adds = direct && write == GradientWrite.Add ? 1 : 0,
        });
        if (!direct) _sums.Combine(target, _parts, dw.GpuFloat32, (int)_shape.Weights.Count, write);
    }

    public override void BackwardBias(TensorView dy, TensorView db, GradientWrite write, TensorView workspace)
    {
        Debug.Assert(dy.Count == _shape.Output.Count && db.Count == _shape.K);
        var parts = workspace.GpuUInt8.Cast<float>();
        _sums.Rows(dy, _geometry.OutputPixels, _shape.K, BiasRowsPerPart, parts);
        _sums.Combine(parts, _biasParts, db.GpuFloat32, _shape.K, write);
    }

    private static int Tiles(int extent) => Chunks.Count(extent, BlockTile.Side);
}
