using NativeTrainer.Graph;
using NativeTrainer.Graph.Steps;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.BatchNorm2d;
using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Pooling;
using NativeTrainer.Models;

namespace NativeTrainer.Layers;

/// <summary>
/// A convolution and the norm that follows it (torchvision's <c>conv1</c> and <c>bn1</c>, <c>downsample.0</c> and <c>.1</c>), with an optional
/// residual and ReLU behind. Where nothing of it is trained, and nothing before it, it becomes one fused inference step.
/// </summary>
internal sealed class ConvolutionNorm
{
    /// <summary>Share of a batch's statistics in the running ones.</summary>
    public const float NormMomentum = 0.1f;

    private readonly string _name;
    private readonly int _channels, _outChannels, _kernel, _stride;
    private readonly float _epsilon;
    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly NormParameters? _norm;

    public ConvolutionNorm(ParameterSet parameters, string convolution, string norm, int channels, int outChannels, int kernel, int stride, NormKind kind, float epsilon)
    {
        (_name, _channels, _outChannels, _kernel, _stride, _epsilon) = (convolution, channels, outChannels, kernel, stride, epsilon);
        _weight = parameters.Add($"{convolution}.weight", new Shape(outChannels, kernel, kernel, channels));
        var perChannel = new Shape(outChannels);
        if (kind == NormKind.FoldedBias)
        {
            _bias = parameters.Add($"{convolution}.bias", perChannel);
            return;
        }
        _norm = new NormParameters(parameters.Add($"{norm}.weight", perChannel), parameters.Add($"{norm}.bias", perChannel),
            parameters.AddBuffer($"{norm}.running_mean", perChannel), parameters.AddBuffer($"{norm}.running_var", perChannel));
    }

    /// <param name="x">(N,H,W,C).</param>
    /// <param name="residual">Added before ReLU; the output's shape.</param>
    /// <returns>(N,P,Q,K).</returns>
    public Value Forward(GraphBuilder graph, BatchNormPolicyFor policy, Value x, Value? residual, bool relu)
    {
        var shape = Shape(x);
        bool batchStatistics = BatchStatistics(graph, policy);
        if (Folds(graph, x, residual, batchStatistics))
            return graph.Add(new FoldedConvolutionStep(graph.Device, _name, x, shape, _weight, _bias, _norm, _epsilon, residual, relu, graph.Precision));

        var convolution = new ConvolutionStep(graph.Device, _name, x, shape, _weight, _bias, graph.Precision, batchStatistics);
        var y = graph.Add(convolution);
        if (_norm is not null)
            return graph.Add(new BatchNormStep(graph.Device, $"{_name} norm", y, _norm, new BatchNormOptions(_epsilon, NormMomentum, relu), residual, batchStatistics, convolution));
        if (residual is not null) y = graph.Add(new AddStep(graph.Device, $"{_name} add", y, residual));
        return relu ? graph.Add(new ReluStep(graph.Device, $"{_name} relu", y)) : y;
    }

    /// <summary>With ReLU and a max pool behind, in one step where nothing is trained and the device can.</summary>
    public Value ForwardPooled(GraphBuilder graph, BatchNormPolicyFor policy, Value x, StemPool pool)
    {
        var output = Shape(x).Output;
        var shape = new Pool2dShape(output[0], output[1], output[2], output[3], pool.Kernel, pool.Kernel, pool.Stride, pool.Stride, pool.Pad, pool.Pad, pool.Pad, pool.Pad, pool.CeilMode);
        if (Folds(graph, x, null, BatchStatistics(graph, policy))
            && FoldedConvolutionStep.Pooled(graph.Device, _name, x, Shape(x), _weight, _bias, _norm, _epsilon, relu: true, graph.Precision, shape) is { } both) return graph.Add(both);
        return graph.Add(new MaxPoolStep(graph.Device, "maxpool", Forward(graph, policy, x, null, relu: true), shape));
    }

    private Conv2dShape Shape(Value x) => Conv2dShape.Square(x.Shape[0], x.Shape[1], x.Shape[2], _channels, _outChannels, _kernel, _stride, (_kernel - 1) / 2);

    private bool BatchStatistics(GraphBuilder graph, BatchNormPolicyFor policy)
        => graph.Mode == GraphMode.Training && _norm is not null && policy.UsesBatchStatistics(_norm.Weight.Trainable || _weight.Trainable);

    /// <summary>Whether nothing here is trained, nor anything before.</summary>
    private bool Folds(GraphBuilder graph, Value x, Value? residual, bool batchStatistics)
    {
        bool trained = _weight.Trainable || _bias is { Trainable: true } || _norm is { Weight.Trainable: true };
        return graph.Mode == GraphMode.Inference || (!trained && !x.NeedsGradient && residual is not { NeedsGradient: true } && !batchStatistics);
    }
}
