using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Graph;

/// <summary>What a graph is for; decides how batch norm acts and what is fused.</summary>
public enum GraphMode
{
    /// <summary>Forward and backward; batch statistics where a norm is trained.</summary>
    Training,

    /// <summary>Forward only; norms folded into their convolutions.</summary>
    Inference,
}

/// <summary>Collects the steps of a forward pass as the model describes it, then derives the backward pass and the memory plan.</summary>
public sealed class GraphBuilder(Device device, GraphMode mode, Precision precision = Precision.Float32)
{
    private readonly List<Step> _steps = [];
    private readonly List<Value> _inputs = [];
    private int _segment = Step.NoSegment, _segments;

    public Device Device { get; } = device;

    public GraphMode Mode { get; } = mode;

    /// <summary>Of the activations from the first convolution to the global pool; the input and the head are float32.</summary>
    public Precision Precision { get; } = precision;

    /// <summary>A tensor filled from outside before each run.</summary>
    public Value Input(string name, Shape shape, DType type = DType.Float32)
    {
        var value = new Value(name, shape, type, false);
        _inputs.Add(value);
        return value;
    }

    /// <summary>Appends a step; its output is the next layer's input.</summary>
    public Value Add(Step step)
    {
        step.Segment = _segment;
        _steps.Add(step);
        return step.Output;
    }

    /// <summary>Makes the steps that <paramref name="add"/> appends one segment of activation checkpointing, as a residual block is.</summary>
    public Value AddSegment(Func<Value> add)
    {
        _segment = _segments++;
        var output = add();
        _segment = Step.NoSegment;
        return output;
    }

    /// <summary>Finishes the graph.</summary>
    /// <param name="outputs">Values that must be readable after forward (and after backward).</param>
    /// <param name="reuseMemory">False gives every tensor its own bytes: for tests, same results.</param>
    /// <param name="checkpoint">Keep only what leaves a segment, and make the rest again in the backward pass: less memory, the same bits.</param>
    public StepGraph Build(IReadOnlyList<Value> outputs, bool reuseMemory = true, bool checkpoint = false) => new(Device, Mode, _steps, _inputs, outputs, reuseMemory, checkpoint);
}
