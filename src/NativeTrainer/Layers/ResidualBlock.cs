using NativeTrainer.Graph;
using NativeTrainer.Models;

namespace NativeTrainer.Layers;

/// <summary>One residual block (He et al. 2016): relu(branch(x) + shortcut(x)); the shortcut is a convolution, 1×1 as a rule, where shapes differ.</summary>
internal sealed class ResidualBlock
{
    private readonly ConvolutionNorm[] _branch;
    private readonly ConvolutionNorm? _shortcut;

    /// <param name="name">torchvision's prefix, such as <c>layer1.0</c>.</param>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="width">Inner width of the stage.</param>
    /// <param name="stride">Stride of the block.</param>
    public ResidualBlock(ParameterSet parameters, ResNetSpec spec, string name, int channels, int width, int stride)
    {
        ConvolutionNorm Layer(int index, int inChannels, int outChannels, int kernel, int layerStride)
            => new(parameters, $"{name}.conv{index}", $"{name}.bn{index}", inChannels, outChannels, kernel, layerStride, spec.Norm, spec.NormEpsilon);

        int outChannels = width * spec.Expansion;
        _branch = spec.Block == BlockKind.Basic
            ? [Layer(1, channels, width, 3, stride), Layer(2, width, width, 3, 1)]
            : [
                Layer(1, channels, width, 1, spec.StrideOnFirst1x1 ? stride : 1),
                Layer(2, width, width, 3, spec.StrideOnFirst1x1 ? 1 : stride),
                Layer(3, width, outChannels, 1, 1),
            ];
        if (stride != 1 || channels != outChannels)
            _shortcut = new ConvolutionNorm(parameters, $"{name}.downsample.0", $"{name}.downsample.1", channels, outChannels, spec.ShortcutKernel, stride, spec.Norm, spec.NormEpsilon);
    }

    public Value Forward(GraphBuilder graph, BatchNormPolicyFor policy, Value x)
    {
        var shortcut = _shortcut?.Forward(graph, policy, x, null, relu: false) ?? x;
        var y = x;
        for (int i = 0; i < _branch.Length - 1; i++) y = _branch[i].Forward(graph, policy, y, null, relu: true);
        return _branch[^1].Forward(graph, policy, y, shortcut, relu: true);
    }
}
