using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>Facts of the Mma16816 rung that hold for any storage.</summary>
internal static class Conv2dMma
{
    public const int Threads = 256;

    /// <summary>Whether the shape divides into 16-byte chunks, or is a picture's.</summary>
    public static bool Takes(Conv2dShape shape) => shape.K % 8 == 0 && (shape.C % 8 == 0 || shape.C <= 4);

    /// <summary>Block tiles that a result of rows × columns is cut into: large ones where they fill a large card at least once, else small ones. A table of shapes, so that runs repeat.</summary>
    public static MmaTile Tile(long rows, int columns)
    {
        const int Multiprocessors = 132;
        long Blocks(int height, int width) => (rows + height - 1) / height * ((columns + width - 1) / width);
        if (columns > 64 && Blocks(128, 128) >= Multiprocessors) return MmaTile.Block128x128;
        return Blocks(128, 64) >= Multiprocessors ? MmaTile.Block128x64 : MmaTile.Block64x64;
    }
}

/// <summary>The block tiles that kernels exist for.</summary>
internal enum MmaTile : byte
{
    Block128x128, Block128x64, Block64x128, Block64x64,
}

internal static class MmaTileFacts
{
    public static int Rows(this MmaTile tile) => tile is MmaTile.Block128x128 or MmaTile.Block128x64 ? 128 : 64;

    public static int Columns(this MmaTile tile) => tile is MmaTile.Block128x128 or MmaTile.Block64x128 ? 128 : 64;

    public static string Name(this MmaTile tile) => $"{tile.Rows()}x{tile.Columns()}";
}

/// <summary>The tensor-core rung: implicit GEMMs by mma.sync with asynchronous copies in three stages, sums in float32.</summary>
/// <typeparam name="TMath">The product.</typeparam>
/// <typeparam name="TStorage">Of x, w, y, dx and dy.</typeparam>
/// <typeparam name="TRows">How row-contiguous operands of that storage are read.</typeparam>
/// <typeparam name="TElement">One element of that storage.</typeparam>
internal sealed class Conv2dMma<TMath, TStorage, TRows, TElement> : Conv2d
    where TMath : struct, IMmaMath where TStorage : struct, IStorage where TRows : struct, IRowMajorFragments<TRows> where TElement : unmanaged, IElement<TElement>
{
    /// <summary>wgrad's parts fill about this many blocks; a part has at least so many pixels, for its sums cost memory traffic. The shape alone decides.</summary>
    private const int WantedBlocks = 264, LeastPixelsPerPart = 512, BiasRowsPerPart = 128;

    private readonly Conv2dShape _shape;
    private readonly ChannelPacking? _packing;
    private readonly ConvGeometry _geometry;
    private readonly MmaTile _forwardTile, _dataTile, _weightsTile;
    private readonly GpuKernel<ForwardMmaArguments> _forward;
    private readonly GpuKernel<BackwardDataMmaArguments>? _data;
    private readonly GpuKernel<BackwardWeightsMmaArguments> _weights;
    private readonly GpuKernel<PackArguments<Float32Element>>? _packPicture;
    private readonly GpuKernel<PackArguments<TElement>>? _packWeights;
    private readonly GpuKernel<UnpackArguments>? _unpack;
    private readonly Conv2dSimt? _pictureGradient;
    private readonly PartSums _sums;
    private readonly int _pixelsPerPart, _parts, _biasParts;
    private readonly long _packedWeightsAt, _partsAt;

    /// <param name="tile">For tests: this block tile in place of the table's, where a pass has it.</param>
    public Conv2dMma(GpuDevice device, Conv2dShape shape, MmaTile? tile = null)
    {
        _shape = shape;
        if (shape.C % 8 != 0)
        {
            _packing = new ChannelPacking(shape);
            _packPicture = device.Load<PackArguments<Float32Element>>(PackSimt<Float32Element, TStorage>.Pack, Conv2dMma.Threads);
            _packWeights = device.Load<PackArguments<TElement>>(PackSimt<TElement, TStorage>.Pack, Conv2dMma.Threads);
            _unpack = device.Load<UnpackArguments>(UnpackSimt.Unpack, Conv2dMma.Threads);
            if (default(TStorage).PerChunk == 4) _pictureGradient = new Conv2dSimt(device, shape);
        }
        var run = _packing?.Packed ?? shape;
        _geometry = new ConvGeometry(run);
        _forwardTile = tile ?? Conv2dMma.Tile(_geometry.OutputPixels, run.K);
        _dataTile = tile ?? Conv2dMma.Tile((long)run.N * Chunks.Count(run.H, run.StrideH) * Chunks.Count(run.W, run.StrideW), run.C);
        _weightsTile = tile ?? (run.K > 64, _geometry.TapChannels > 64) switch
        {
            (true, true) => MmaTile.Block128x128,
            (true, false) => MmaTile.Block128x64,
            (false, true) => MmaTile.Block64x128,
            _ => MmaTile.Block64x64,
        };
        _forward = device.Load<ForwardMmaArguments>(_forwardTile switch
        {
            MmaTile.Block128x128 => ForwardMma<Block128x128, WarpTile64x32, TMath, TStorage>.Kernel,
            MmaTile.Block128x64 => ForwardMma<Block128x64, WarpTile32x32, TMath, TStorage>.Kernel,
            MmaTile.Block64x128 => ForwardMma<Block64x128, WarpTile32x32, TMath, TStorage>.Kernel,
            _ => ForwardMma<Block64x64, WarpTile32x16, TMath, TStorage>.Kernel,
        }, Conv2dMma.Threads);
        if (_packing is null)
        {
            _data = device.Load<BackwardDataMmaArguments>(_dataTile switch
            {
                MmaTile.Block128x128 => BackwardDataMma<Block128x128, WarpTile64x32, TMath, TStorage, TRows>.Kernel,
                MmaTile.Block128x64 => BackwardDataMma<Block128x64, WarpTile32x32, TMath, TStorage, TRows>.Kernel,
                MmaTile.Block64x128 => BackwardDataMma<Block64x128, WarpTile32x32, TMath, TStorage, TRows>.Kernel,
                _ => BackwardDataMma<Block64x64, WarpTile32x16, TMath, TStorage, TRows>.Kernel,
            }, Conv2dMma.Threads);
        }
        _weights = device.Load<BackwardWeightsMmaArguments>(_weightsTile switch
        {
            MmaTile.Block128x128 => BackwardWeightsMma<Block128x128, WarpTile64x32, TMath, TStorage, TRows>.Kernel,
            MmaTile.Block128x64 => BackwardWeightsMma<Block128x64, WarpTile32x32, TMath, TStorage, TRows>.Kernel,
            MmaTile.Block64x128 => BackwardWeightsMma<Block64x128, WarpTile32x32, TMath, TStorage, TRows>.Kernel,
            _ => BackwardWeightsMma<Block64x64, WarpTile32x16, TMath, TStorage, TRows>.Kernel,
        }, Conv2dMma.Threads);
        _sums = new PartSums(device);
        int tiles = Chunks.Count(run.K, _weightsTile.Rows()) * Chunks.Count(_geometry.TapChannels, _weightsTile.Columns());
        _pixelsPerPart = Math.Max(LeastPixelsPerPart, Chunks.Count(_geometry.OutputPixels, Math.Max(1, WantedBlocks / tiles)));
        _parts = Chunks.Count(_geometry.OutputPixels, _pixelsPerPart);
        _biasParts = Chunks.Count(_geometry.OutputPixels, BiasRowsPerPart);
        int elementBytes = 16 / default(TStorage).PerChunk;
        _packedWeightsAt = _packing is null ? 0 : Arena.Align(run.Input.Count * elementBytes);
        _partsAt = _packing is null ? 0 : _packedWeightsAt + Arena.Align(run.Weights.Count * elementBytes);
        WorkspaceBytes = Math.Max(_partsAt + _parts * run.Weights.Count * sizeof(float), (long)_biasParts * shape.K * sizeof(float));
    }

    public override string Variant => $"conv_mma16816_{default(TMath).Name}_fprop{_forwardTile.Name()}_dgrad{_dataTile.Name()}_wgrad{_weightsTile.Name()}_s{SharedTiles.Stages}";

    public override long Flops => 2 * _shape.Macs;

    public override long WorkspaceBytes { get; }

    public override IReadOnlyList<int> StatisticsParts => [.. Enumerable.Range(0, Chunks.Count(_geometry.OutputPixels, _forwardTile.Rows())).Select(i => Math.Min(_forwardTile.Rows(), _geometry.OutputPixels - i * _forwardTile.Rows()))];

    public override void Forward(TensorView x, TensorView w, in Conv2dEpilogue epilogue, TensorView y, TensorView workspace)
    {
        Debug.Assert(x.Count == _shape.Input.Count && w.Count == _shape.Weights.Count && y.Count == _shape.Output.Count);
        Debug.Assert(epilogue.Statistics.IsNone || (epilogue.Bias.IsNone && epilogue.Residual.IsNone && !epilogue.Relu), "statistics are of the plain sums");
        ArrayView<Float4> input = x.GpuChunks, weights = w.GpuChunks;
        if (_packing is not null) (input, weights) = (PackPicture(x, workspace), PackPictureWeights(w, workspace));
        int filterBlocks = Chunks.Count(_shape.K, _forwardTile.Columns());
        _forward.Launch(checked(filterBlocks * Chunks.Count(_geometry.OutputPixels, _forwardTile.Rows())), new()
        {
            FilterBlocks = filterBlocks,
            X = input,
            Weights = weights,
            Bias = epilogue.Bias.IsNone ? weights : epilogue.Bias.GpuChunks,
            Residual = epilogue.Residual.IsNone ? weights : epilogue.Residual.GpuChunks,
            Y = y.GpuChunks,
            Statistics = epilogue.Statistics.IsNone ? weights : epilogue.Statistics.GpuChunks,
            Geometry = _geometry,
            HasBias = epilogue.Bias.IsNone ? 0 : 1,
            HasResidual = epilogue.Residual.IsNone ? 0 : 1,
            Relu = epilogue.Relu ? 1 : 0,
            HasStatistics = epilogue.Statistics.IsNone ? 0 : 1,
        });
    }

    public override void BackwardData(TensorView dy, TensorView w, TensorView dx, GradientWrite write, TensorView workspace)
    {
        Debug.Assert(dy.Count == _shape.Output.Count && w.Count == _shape.Weights.Count && dx.Count == _shape.Input.Count);
        if (_pictureGradient is not null)
        {
            // Nothing lies before a picture in a network, so this is for completeness, not for speed.
            _pictureGradient.BackwardData(dy, w, dx, write, workspace);
            return;
        }
        if (_data is null) throw new NotSupportedException($"conv2d {_shape}: a picture of {_shape.C} channels has no gradient in this precision");
        int pixels = _shape.N * Chunks.Count(_shape.H, _shape.StrideH) * Chunks.Count(_shape.W, _shape.StrideW);
        int channelBlocks = Chunks.Count(_shape.C, _dataTile.Columns());
        _data.Launch(new Index3D(checked(channelBlocks * Chunks.Count(pixels, _dataTile.Rows())), 1, _shape.StrideH * _shape.StrideW), new()
        {
            ChannelBlocks = channelBlocks,
            Dy = dy.GpuChunks,
            Weights = w.GpuChunks,
            Dx = dx.GpuChunks,
            Geometry = _geometry,
            Adds = write == GradientWrite.Add ? 1 : 0,
        });
    }

    public override void BackwardWeights(TensorView x, TensorView dy, TensorView dw, GradientWrite write, TensorView workspace)
    {
        Debug.Assert(x.Count == _shape.Input.Count && dy.Count == _shape.Output.Count && dw.Count == _shape.Weights.Count);
        int count = (int)(_packing?.Packed ?? _shape).Weights.Count;
        bool direct = _parts == 1 && _packing is null && write == GradientWrite.Overwrite;
        var parts = direct ? dw.GpuFloat32 : At(workspace, _partsAt, (long)_parts * count * sizeof(float)).Cast<float>();
        _weights.Launch(new Index3D(Chunks.Count(_shape.K, _weightsTile.Rows()), Chunks.Count(_geometry.TapChannels, _weightsTile.Columns()), _parts), new()
        {
            X = _packing is null ? x.GpuChunks : PackPicture(x, workspace),
            Dy = dy.GpuChunks,
            Parts = parts,
            Geometry = _geometry,
            PixelsPerPart = _pixelsPerPart,
        });
        if (direct) return;
        if (_packing is not { } packing) _sums.Combine(parts, _parts, dw.GpuFloat32, count, write);
        else
        {
            _unpack!.Launch(Chunks.Count(dw.Count, Conv2dMma.Threads), new()
            {
                Source = parts,
                Target = dw.GpuFloat32,
                Count = (int)dw.Count,
                Width = _shape.S,
                Channels = _shape.C,
                PackedWidth = packing.Packed.S,
                PackedChannels = packing.Packed.C,
                Pixels = packing.Pixels,
                Places = packing.Places,
                Shift = packing.Shift,
                Parts = _parts,
                PartStride = count,
                Adds = write == GradientWrite.Add ? 1 : 0,
            });
        }
    }

    public override void BackwardBias(TensorView dy, TensorView db, GradientWrite write, TensorView workspace)
    {
        Debug.Assert(dy.Count == _shape.Output.Count && db.Count == _shape.K);
        var parts = workspace.GpuUInt8.Cast<float>();
        _sums.Rows(dy, _geometry.OutputPixels, _shape.K, BiasRowsPerPart, parts);
        _sums.Combine(parts, _biasParts, db.GpuFloat32, _shape.K, write);
    }

    private ArrayView<Float4> PackPicture(TensorView x, TensorView workspace)
    {
        var packing = _packing!.Value;
        int count = (int)(packing.Packed.Input.Count / 8);
        var target = At(workspace, 0, packing.Packed.Input.Count * (16 / default(TStorage).PerChunk)).Cast<Float4>();
        _packPicture!.Launch(Chunks.Count(count, Conv2dMma.Threads), new()
        {
            Source = x.GpuView<Float32Element>(),
            Target = target,
            Count = count,
            Width = _shape.W,
            Channels = _shape.C,
            PackedWidth = packing.Packed.W,
            PackedChannels = packing.Packed.C,
            Pixels = packing.Pixels,
            Places = packing.Places,
        });
        return target;
    }

    private ArrayView<Float4> PackPictureWeights(TensorView w, TensorView workspace)
    {
        var packing = _packing!.Value;
        int count = (int)(packing.Packed.Weights.Count / 8);
        var target = At(workspace, _packedWeightsAt, packing.Packed.Weights.Count * (16 / default(TStorage).PerChunk)).Cast<Float4>();
        _packWeights!.Launch(Chunks.Count(count, Conv2dMma.Threads), new()
        {
            Source = w.GpuView<TElement>(),
            Target = target,
            Count = count,
            Width = _shape.S,
            Channels = _shape.C,
            PackedWidth = packing.Packed.S,
            PackedChannels = packing.Packed.C,
            Pixels = packing.Pixels,
            Places = packing.Places,
            Shift = packing.Shift,
        });
        return target;
    }

    private static ArrayView<byte> At(TensorView workspace, long offset, long bytes) => workspace.GpuUInt8.SubView(offset, bytes);
}
