using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace NativeTrainer.TorchSharpPeer;

/// <summary>The max pool after the stem.</summary>
internal sealed record PoolShape(int Kernel, int Stride, int Pad, bool CeilMode);

/// <summary>What decides a ResNet's layers. The field names are those of NativeTrainer's own spec, so that fixtures can carry this as JSON.</summary>
internal sealed record ResNetShape(bool Bottleneck, int[] Depths, int[] Widths, int[] Strides, int Classes)
{
    public int StemChannels { get; init; } = 64;

    public int StemKernel { get; init; } = 7;

    public int StemStride { get; init; } = 2;

    public PoolShape? Pool { get; init; } = new(3, 2, 1, false);

    public bool StrideOnFirst1x1 { get; init; }

    public static ResNetShape Known(string name, int classes) => name switch
    {
        "resnet18" => new(false, [2, 2, 2, 2], [64, 128, 256, 512], [1, 2, 2, 2], classes),
        "resnet34" => new(false, [3, 4, 6, 3], [64, 128, 256, 512], [1, 2, 2, 2], classes),
        "resnet50" => new(true, [3, 4, 6, 3], [64, 128, 256, 512], [1, 2, 2, 2], classes),
        _ => throw new ArgumentException($"model '{name}' is not known", nameof(name)),
    };
}

/// <summary>Where the gradient of a forward pass has kinks: the inputs of ReLUs and of max pools, in the order of the pass.</summary>
internal interface IKinkProbe
{
    void Relu(Tensor x);

    void MaxPool(Tensor x);
}

/// <summary>torchvision's ResNet (He et al. 2016; stride on the 3×3 unless the shape says otherwise) with torchvision's parameter names.</summary>
internal sealed class ResNet : Module<Tensor, Tensor>
{
    private readonly ResNetShape _shape;
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly List<Block> _blocks = [];

    public ResNet(ResNetShape shape, IKinkProbe? probe = null) : base("ResNet")
    {
        (_shape, Probe) = (shape, probe);
        register_module("conv1", _conv1 = Conv2d(3, shape.StemChannels, shape.StemKernel, shape.StemStride, shape.StemKernel / 2, bias: false));
        register_module("bn1", _bn1 = BatchNorm2d(shape.StemChannels, eps: ResNetNumerics.Epsilon, momentum: ResNetNumerics.Momentum));
        int channels = shape.StemChannels;
        for (int stage = 0; stage < shape.Depths.Length; stage++)
        {
            var blocks = new List<Module<Tensor, Tensor>>();
            for (int b = 0; b < shape.Depths[stage]; b++)
            {
                var block = new Block(shape, channels, shape.Widths[stage], b == 0 ? shape.Strides[stage] : 1, probe);
                channels = shape.Widths[stage] * (shape.Bottleneck ? 4 : 1);
                blocks.Add(block);
                _blocks.Add(block);
            }
            register_module($"layer{stage + 1}", Sequential(blocks));
        }
        register_module("fc", Head = Linear(channels, shape.Classes));
    }

    /// <summary>The last linear layer.</summary>
    public Linear Head { get; }

    private IKinkProbe? Probe { get; }

    public override Tensor forward(Tensor x) => Head.forward(Features(x));

    /// <summary>(N, 3, H, W) to (N, features): everything before the last linear layer.</summary>
    public Tensor Features(Tensor x) => LastStage(BeforeLastStage(x));

    /// <summary>Leaves only the last stage and the head to train; the norms before it use their running statistics.</summary>
    public void TrainLastStage()
    {
        foreach (var parameter in parameters()) parameter.requires_grad = false;
        foreach (var block in _blocks[^_shape.Depths[^1]..])
        {
            block.train(true);
            foreach (var parameter in block.parameters()) parameter.requires_grad = true;
        }
        foreach (var parameter in Head.parameters()) parameter.requires_grad = true;
    }

    /// <summary>Stem and all stages but the last.</summary>
    public Tensor BeforeLastStage(Tensor x)
    {
        x = _bn1.forward(_conv1.forward(x));
        Probe?.Relu(x);
        x = functional.relu(x, inplace: true);
        if (_shape.Pool is { } pool)
        {
            Probe?.MaxPool(x);
            x = functional.max_pool2d(x, pool.Kernel, pool.Stride, pool.Pad, ceil_mode: pool.CeilMode);
        }
        foreach (var block in _blocks[..^_shape.Depths[^1]]) x = block.forward(x);
        return x;
    }

    /// <summary>The last stage and the mean over its pixels.</summary>
    public Tensor LastStage(Tensor x)
    {
        foreach (var block in _blocks[^_shape.Depths[^1]..]) x = block.forward(x);
        return functional.adaptive_avg_pool2d(x, 1).flatten(1);
    }

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly IKinkProbe? _probe;
        private readonly List<(Conv2d Conv, BatchNorm2d Norm)> _path = [];
        private readonly Sequential? _downsample;

        public Block(ResNetShape shape, int channels, int width, int stride, IKinkProbe? probe) : base("Block")
        {
            _probe = probe;
            int outputs = width * (shape.Bottleneck ? 4 : 1);
            if (shape.Bottleneck)
            {
                Add(channels, width, 1, shape.StrideOnFirst1x1 ? stride : 1);
                Add(width, width, 3, shape.StrideOnFirst1x1 ? 1 : stride);
                Add(width, outputs, 1, 1);
            }
            else
            {
                Add(channels, width, 3, stride);
                Add(width, width, 3, 1);
            }
            if (stride == 1 && channels == outputs) return;
            _downsample = Sequential(Conv2d(channels, outputs, 1, stride, bias: false), Norm(outputs));
            register_module("downsample", _downsample);
        }

        public override Tensor forward(Tensor x)
        {
            var y = x;
            for (int i = 0; i < _path.Count; i++)
            {
                y = _path[i].Norm.forward(_path[i].Conv.forward(y));
                if (i == _path.Count - 1) y = y.add_(_downsample?.forward(x) ?? x);
                _probe?.Relu(y);
                y = functional.relu(y, inplace: true);
            }
            return y;
        }

        private void Add(int inputs, int outputs, int kernel, int stride)
        {
            _path.Add((Conv2d(inputs, outputs, kernel, stride, kernel / 2, bias: false), Norm(outputs)));
            register_module($"conv{_path.Count}", _path[^1].Conv);
            register_module($"bn{_path.Count}", _path[^1].Norm);
        }

        private static BatchNorm2d Norm(int channels) => BatchNorm2d(channels, eps: ResNetNumerics.Epsilon, momentum: ResNetNumerics.Momentum);
    }
}

/// <summary>Constants as float32 holds them: an engine in float32 then computes the same function as TorchSharp in double.</summary>
internal static class ResNetNumerics
{
    public const double Epsilon = 1e-5f;
    public const double Momentum = 0.1f;
}
