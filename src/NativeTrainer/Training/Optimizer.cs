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
    private readonly Ema? _ema, _bufferEma;
    private readonly TensorView _momentum, _squares, _normValue, _scale, _workspace;

    /// <param name="parameters">With gradients allocated.</param>
    public Optimizer(Device device, TrainOptions options, ParameterSet parameters, ParameterGroups groups)
    {
        (_options, _parameters, _groups) = (options, parameters, groups);
        _norm = options.ClipNorm > 0 ? GradientNorm.Plan(device, groups.Segments) : null;
        long workspace = _norm?.WorkspaceBytes ?? 0, tail = Bytes(options, parameters);
        _arena = device.Allocate(tail + 2 * Arena.Alignment + workspace);
        State = Place(options, parameters);
        (_normValue, _scale) = (_arena.View(tail, new Shape(1)), _arena.View(tail + Arena.Alignment, new Shape(1)));
        _workspace = workspace == 0 ? default : _arena.View(tail + 2 * Arena.Alignment, new Shape(checked((int)workspace)), DType.UInt8);
        _momentum = Of(options.Optimizer == OptimizerKind.AdamW ? "exp_avg" : "momentum_buffer");
        _squares = Of("exp_avg_sq");
        if (options.Optimizer == OptimizerKind.Sgd) _sgd = Sgd.Plan(device, groups.Segments, groups.Count);
        else _adamW = AdamW.Plan(device, groups.Segments, groups.Count);
        if (options.Ema > 0)
        {
            _ema = Ema.Plan(device, parameters.FlatTrainable.Count);
            Averages = [(Of("ema"), parameters.FlatTrainable)];
            if (!parameters.FlatBuffers.IsNone)
            {
                _bufferEma = Ema.Plan(device, parameters.FlatBuffers.Count);
                Averages = [.. Averages, (Of("ema_buffers"), parameters.FlatBuffers)];
            }
            foreach (var (average, present) in Averages) device.Copy(present, average);
        }
    }

    /// <summary>Steps taken.</summary>
    public int Steps { get; set; }

    /// <summary>What a checkpoint holds.</summary>
    public IReadOnlyList<(string Name, TensorView Data)> State { get; }

    /// <summary>
    /// The moving averages of the trainable range and of the running statistics, beside what they are averages of; empty without EMA. An average of weights has other activations than
    /// the weights of the last step, so its statistics are averaged too.
    /// </summary>
    public IReadOnlyList<(TensorView Average, TensorView Present)> Averages { get; } = [];

    /// <summary>Bytes of state for the trainable range as it is.</summary>
    public static long Bytes(TrainOptions options, ParameterSet parameters) => Layout(options, parameters).Sum(state => Arena.Align(state.Like.Bytes));

    /// <summary>Each state's name and the tensor that it lies beside, element for element.</summary>
    private static IEnumerable<(string Name, TensorView Like)> Layout(TrainOptions options, ParameterSet parameters)
    {
        string[] names = options.Optimizer == OptimizerKind.AdamW ? ["exp_avg", "exp_avg_sq"] : options.Momentum > 0 ? ["momentum_buffer"] : [];
        foreach (string name in names) yield return (name, parameters.FlatTrainable);
        if (options.Ema == 0) yield break;
        yield return ("ema", parameters.FlatTrainable);
        if (!parameters.FlatBuffers.IsNone) yield return ("ema_buffers", parameters.FlatBuffers);
    }

    private List<(string Name, TensorView Data)> Place(TrainOptions options, ParameterSet parameters)
    {
        var placed = new List<(string, TensorView)>();
        long at = 0;
        foreach (var (name, like) in Layout(options, parameters))
        {
            placed.Add((name, _arena.View(at, like.Shape)));
            at += Arena.Align(like.Bytes);
        }
        return placed;
    }

    /// <summary>None where this optimizer has no such state.</summary>
    private TensorView Of(string name) => State.FirstOrDefault(state => state.Name == name).Data;

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
            _sgd.Step(w, dw, _momentum, _groups.LearningRates, _groups.WeightDecays, _options.Momentum, 0, _options.Nesterov, Steps == 1, scale);
        }
        else
        {
            _adamW!.Step(w, dw, _momentum, _squares, _groups.LearningRates, _groups.WeightDecays, Beta1, Beta2, Epsilon, Steps, scale);
        }
        // The average warms up (as in TensorFlow's ExponentialMovingAverage), or short runs would remember their start.
        float decay = Math.Min(_options.Ema, (1f + Steps) / (10f + Steps));
        _ema?.Step(Averages[0].Average, w, decay);
        _bufferEma?.Step(Averages[1].Average, Averages[1].Present, decay);
    }

    public void Dispose() => _arena.Dispose();
}
