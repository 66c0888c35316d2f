using NativeTrainer.Kernels;
using NativeTrainer.Kernels.BatchNorm2d;
using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Pooling;

namespace NativeTrainer.Graph.Steps;

/// <summary>
/// y = relu(conv(x, w′) + b′ + residual) for what is not trained: w′ and b′ hold the norm by its running statistics, and nothing is
/// kept for backward. Without a norm, w′ = w and b′ is the convolution's own bias. Where the kernel has a form of weights to multiply by, they are kept in that.
/// </summary>
internal sealed class FoldedConvolutionStep : Step
{
    private readonly Conv2d _plan;
    private readonly BatchNormFold? _fold;
    private readonly Value _x;
    private readonly Value? _residual;
    private readonly Value? _foldedWeight;
    private readonly Value? _foldedBias;
    private readonly Value? _packed;
    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly NormParameters? _norm;
    private readonly bool _relu;
    private readonly Shape _weights;

    public FoldedConvolutionStep(Device device, string name, Value x, Conv2dShape shape, Parameter weight, Parameter? bias, NormParameters? norm, float epsilon,
        Value? residual, bool relu, Precision precision) : this(Conv2d.Plan(device, shape, precision), device, name, x, shape, weight, bias, norm, epsilon, residual, relu, precision, shape.Output) { }

    private FoldedConvolutionStep(Conv2d plan, Device device, string name, Value x, Conv2dShape shape, Parameter weight, Parameter? bias, NormParameters? norm, float epsilon,
        Value? residual, bool relu, Precision precision, Shape output) : base(name)
    {
        _plan = plan;
        _x = Reads(x);
        _residual = residual is null ? null : Reads(residual);
        (_weight, _bias, _norm, _relu) = (weight, bias, norm, relu);
        if (norm is not null)
        {
            _fold = BatchNormFold.Plan(device, shape.K, shape.R * shape.S * shape.C, epsilon);
            _foldedBias = new Value($"{name} folded bias", new Shape(shape.K), DType.Float32, false);
        }
        if (_plan.PackedWeightBytes > 0) _packed = new Value($"{name} packed weight", new Shape(checked((int)_plan.PackedWeightBytes)), DType.UInt8, false);
        else if (norm is not null) _foldedWeight = new Value($"{name} folded weight", shape.Weights, precision.Activations(), false);
        _weights = shape.Weights;
        Writes(name, output, false, precision.Activations());
    }

    /// <summary>The same with a max pool behind, where the device has one kernel for both; else null.</summary>
    public static FoldedConvolutionStep? Pooled(Device device, string name, Value x, Conv2dShape shape, Parameter weight, Parameter? bias, NormParameters? norm, float epsilon, bool relu, Precision precision,
        Pool2dShape pool) => Conv2d.PlanPooled(device, shape, pool, precision) is { } plan ? new(plan, device, name, x, shape, weight, bias, norm, epsilon, null, relu, precision, pool.Output) : null;

    public override string Variant => $"{_plan.Variant} folded";

    public override long Flops => _plan.Flops;

    /// <summary>Folded weights lie there until they are packed.</summary>
    public override long WorkspaceBytes => Math.Max(_plan.WorkspaceBytes, _fold is null || _packed is null ? 0 : _weights.Count * sizeof(float));

    internal override IEnumerable<Value> Constants
    {
        get
        {
            foreach (var value in (Value?[])[_packed, _foldedWeight, _foldedBias])
                if (value is not null) yield return value;
        }
    }

    public override void Prepare()
    {
        var weight = _weight.Multiplied;
        if (_fold is not null)
        {
            weight = _foldedWeight?.Data ?? Workspace.Arena.View(Workspace.Offset, _weights, DType.Float32);
            _fold.Run(_weight.Data, _norm!.Weight.Data, _norm.Bias.Data, _norm.RunningMean.Data, _norm.RunningVar.Data, weight, _foldedBias!.Data);
        }
        if (_packed is not null) _plan.PackWeights(weight, _packed.Data);
    }

    public override void Forward(RunContext context)
    {
        var epilogue = new Conv2dEpilogue(_foldedBias?.Data ?? _bias?.Data ?? default, _residual?.Data ?? default, _relu);
        if (_packed is not null) _plan.ForwardPacked(_x.Data, _packed.Data, epilogue, Output.Data, Workspace);
        else _plan.Forward(_x.Data, _foldedWeight?.Data ?? _weight.Multiplied, epilogue, Output.Data, Workspace);
    }

    public override void Backward(RunContext context) => throw new InvalidOperationException($"{Name} is inference only");
}
