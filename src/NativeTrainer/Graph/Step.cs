using NativeTrainer.Kernels;

namespace NativeTrainer.Graph;

/// <summary>What may change from one run of the graph to the next.</summary>
public sealed class RunContext
{
    /// <summary>Add: parameter gradients are added to those of the batches before (gradient accumulation).</summary>
    public GradientWrite ParameterWrite { get; set; } = GradientWrite.Overwrite;

    /// <summary>Factor on the loss, so that accumulated batches give a mean.</summary>
    public float LossScale { get; set; } = 1;

    /// <summary>Key of the random numbers of this run (dropout): a function of seed, epoch and step.</summary>
    public ulong RandomKey { get; set; }
}

/// <summary>
/// One op of the graph with its operands. The forward order is the order of creation; backward runs in reverse over the steps whose
/// output needs a gradient.
/// </summary>
public abstract class Step
{
    internal const int NoSegment = -1;

    private readonly List<Value> _inputs = [];
    private readonly List<Value> _kept = [];
    private readonly List<Value> _beside = [];
    private readonly List<Value> _readInBackward = [];
    private readonly Dictionary<Value, GradientWrite> _writes = [];

    protected Step(string name) => Name = name;

    /// <summary>The layer's name and the op: <c>layer1.0.conv1</c>.</summary>
    public string Name { get; }

    /// <summary>Kernel variants, for profiles.</summary>
    public abstract string Variant { get; }

    /// <summary>Multiplications and additions of the forward pass.</summary>
    public virtual long Flops => 0;

    /// <summary>Multiplications and additions of the backward pass: of the products that what is trained needs.</summary>
    public virtual long BackwardFlops => 0;

    public virtual long WorkspaceBytes => 0;

    /// <summary>The part of the network that activation checkpointing makes again as a whole, counted from 0; or <see cref="NoSegment"/>.</summary>
    internal int Segment { get; set; } = NoSegment;

    /// <summary>What forward reads.</summary>
    internal IReadOnlyList<Value> Inputs => _inputs;

    internal Value Output { get; private set; } = null!;

    /// <summary>Values that forward writes beside the output, for steps that name them among their inputs.</summary>
    internal IReadOnlyList<Value> Beside => _beside;

    /// <summary>Values that forward writes beside the output and backward reads: statistics, arg-max. Only made where backward runs.</summary>
    internal IReadOnlyList<Value> Kept => _kept;

    /// <summary>Inputs and outputs whose data backward reads.</summary>
    internal IReadOnlyList<Value> ReadInBackward => _readInBackward;

    /// <summary>Tensors that live as long as the graph: folded weights.</summary>
    internal virtual IEnumerable<Value> Constants => [];

    /// <summary>Scratch shared by all steps, of the largest <see cref="WorkspaceBytes"/>.</summary>
    protected internal TensorView Workspace { get; internal set; }

    /// <summary>Brings what depends on parameters up to date (folded weights); after they changed, before forward.</summary>
    public virtual void Prepare() { }

    public abstract void Forward(RunContext context);

    /// <summary>As <see cref="Forward"/> a second time in one run of the graph: writes the same bits and changes nothing that outlives the run.</summary>
    public virtual void ForwardAgain(RunContext context) => Forward(context);

    /// <summary>Reads the output's gradient, writes those of inputs and parameters that need one.</summary>
    public abstract void Backward(RunContext context);

    protected Value Reads(Value input)
    {
        _inputs.Add(input);
        return input;
    }

    protected Value Writes(string name, Shape shape, bool needsGradient, DType type = DType.Float32) => Output = new Value(name, shape, type, needsGradient);

    protected Value WritesBeside(string name, Shape shape, DType type = DType.Float32)
    {
        var value = new Value(name, shape, type, false);
        _beside.Add(value);
        return value;
    }

    protected Value Keeps(string name, Shape shape, DType type = DType.Float32)
    {
        var value = new Value(name, shape, type, false);
        _kept.Add(value);
        return value;
    }

    protected void BackwardReads(params ReadOnlySpan<Value> values)
    {
        foreach (var value in values) _readInBackward.Add(value);
    }

    /// <summary>Whether this step's contribution to an input's gradient is the first in backward order.</summary>
    protected GradientWrite WriteTo(Value input) => _writes[input];

    internal void SetWrite(Value input, GradientWrite write) => _writes[input] = write;
}
