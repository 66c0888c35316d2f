using NativeTrainer.Graph;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Optimizers;

namespace NativeTrainer.Training;

/// <summary>The optimizer of one stage over the flat trainable range: gradient clipping, one update pass, moving average.</summary>
internal sealed class Optimizer : IDisposable
{
    private const float Beta1 = 0.9f, Beta2 = 0.999f, Epsilon = 1e-8f;

    private readonly TrainOptions _options;
    private readonly ParameterSet _parameters;
    private readonly ParameterGroups _groups;
    private readonly Arena _arena;
    private readonly Sgd? _sgd;
    private readonly AdamW? _adamW;
    private readonly GradientNorm? _norm;
    private readonly Ema? _ema;
    private readonly TensorView _normValue, _scale, _workspace;

    /// <param name="parameters">With gradients allocated.</param>
    public Optimizer(Device device, TrainOptions options, ParameterSet parameters, ParameterGroups groups)
    {
        (_options, _parameters, _groups) = (options, parameters, groups);
        var shape = parameters.FlatTrainable.Shape;
        long state = Arena.Align(parameters.FlatTrainable.Bytes);
        _norm = options.ClipNorm > 0 ? GradientNorm.Plan(device, groups.Segments) : null;
        long workspace = _norm?.WorkspaceBytes ?? 0;
        _arena = device.Allocate(state * States(options) + 2 * Arena.Alignment + workspace);
        State = Enumerable.Range(0, StateNames(options).Length).Select(i => _arena.View(i * state, shape)).ToArray();
        long tail = state * States(options);
        (_normValue, _scale) = (_arena.View(tail, new Shape(1)), _arena.View(tail + Arena.Alignment, new Shape(1)));
        _workspace = workspace == 0 ? default : _arena.View(tail + 2 * Arena.Alignment, new Shape(checked((int)workspace)), DType.UInt8);
        if (options.Optimizer == OptimizerKind.Sgd) _sgd = Sgd.Plan(device, groups.Segments, groups.Count);
        else _adamW = AdamW.Plan(device, groups.Segments, groups.Count);
        if (options.Ema > 0)
        {
            _ema = Ema.Plan(device, shape.Count);
            Average = State[^1];
            device.Copy(parameters.FlatTrainable, Average);
        }
    }

    /// <summary>Steps taken.</summary>
    public int Steps { get; set; }

    /// <summary>What a checkpoint holds, in the order of <see cref="StateNames"/>.</summary>
    public TensorView[] State { get; }

    /// <summary>The moving average of the trainable range; none without EMA.</summary>
    public TensorView Average { get; }

    /// <summary>Bytes of state for a trainable range of <paramref name="count"/> elements.</summary>
    public static long Bytes(TrainOptions options, long count) => Arena.Align(count * sizeof(float)) * States(options);

    public static string[] StateNames(TrainOptions options)
    {
        string[] names = options.Optimizer == OptimizerKind.AdamW ? ["exp_avg", "exp_avg_sq"] : options.Momentum > 0 ? ["momentum_buffer"] : [];
        return options.Ema > 0 ? [.. names, "ema"] : names;
    }

    /// <summary>One update from the accumulated gradients at the groups' present rates.</summary>
    public void Step()
    {
        TensorView w = _parameters.FlatTrainable, dw = _parameters.FlatGradient, scale = default;
        if (_norm is not null)
        {
            _norm.Run(dw, _options.ClipNorm, _normValue, _scale, _workspace);
            scale = _scale;
        }
        Steps++;
        if (_sgd is not null)
        {
            var buffer = _options.Momentum > 0 ? State[0] : default;
            _sgd.Step(w, dw, buffer, _groups.LearningRates, _groups.WeightDecays, _options.Momentum, 0, _options.Nesterov, Steps == 1, scale);
        }
        else
        {
            _adamW!.Step(w, dw, State[0], State[1], _groups.LearningRates, _groups.WeightDecays, Beta1, Beta2, Epsilon, Steps, scale);
        }
        // The average warms up (as in TensorFlow's ExponentialMovingAverage), or short runs would remember their start.
        _ema?.Step(Average, w, Math.Min(_options.Ema, (1f + Steps) / (10f + Steps)));
    }

    public void Dispose() => _arena.Dispose();

    private static int States(TrainOptions options) => StateNames(options).Length;
}
