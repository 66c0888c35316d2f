using NativeTrainer.Kernels;
using NativeTrainer.Kernels.BatchNorm2d;
using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Graph.Steps;

/// <summary>
/// y = relu(conv(x, w′) + b′ + residual) for what is not trained: w′ and b′ hold the norm by its running statistics, and nothing is
/// kept for backward. Without a norm, w′ = w and b′ is the convolution's own bias.
/// </summary>
internal sealed class FoldedConvolutionStep : Step
{
    private readonly Conv2d _plan;
    private readonly BatchNormFold? _fold;
    private readonly Value _x;
    private readonly Value? _residual;
    private readonly Value? _foldedWeight;
    private readonly Value? _foldedBias;
    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly NormParameters? _norm;
    private readonly bool _relu;

    public FoldedConvolutionStep(Device device, string name, Value x, Conv2dShape shape, Parameter weight, Parameter? bias, NormParameters? norm, float epsilon,
        Value? residual, bool relu, Precision precision) : base(name)
    {
        _plan = Conv2d.Plan(device, shape, precision);
        _x = Reads(x);
        _residual = residual is null ? null : Reads(residual);
        (_weight, _bias, _norm, _relu) = (weight, bias, norm, relu);
        if (norm is not null)
        {
            _fold = BatchNormFold.Plan(device, shape.K, shape.R * shape.S * shape.C, epsilon);
            _foldedWeight = new Value($"{name} folded weight", shape.Weights, precision.Activations(), false);
            _foldedBias = new Value($"{name} folded bias", new Shape(shape.K), DType.Float32, false);
        }
        Writes(name, shape.Output, false, precision.Activations());
    }

    public override string Variant => $"{_plan.Variant} folded";

    public override long Flops => _plan.Flops;

    public override long WorkspaceBytes => _plan.WorkspaceBytes;

    internal override IEnumerable<Value> Constants => _fold is null ? [] : [_foldedWeight!, _foldedBias!];

    public override void Prepare()
        => _fold?.Run(_weight.Data, _norm!.Weight.Data, _norm.Bias.Data, _norm.RunningMean.Data, _norm.RunningVar.Data, _foldedWeight!.Data, _foldedBias!.Data);

    public override void Forward(RunContext context)
    {
        var bias = _foldedBias?.Data ?? _bias?.Data ?? default;
        _plan.Forward(_x.Data, _foldedWeight?.Data ?? _weight.Multiplied, new Conv2dEpilogue(bias, _residual?.Data ?? default, _relu), Output.Data, Workspace);
    }

    public override void Backward(RunContext context) => throw new InvalidOperationException($"{Name} is inference only");
}
