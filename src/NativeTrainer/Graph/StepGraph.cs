using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Graph;

/// <summary>
/// A fixed list of forward steps and the backward list derived from it, with every tensor's place planned before the first run.
/// <see cref="Bind"/> it to an arena of at least <see cref="ArenaBytes"/>; graphs that never run at the same time may share one.
/// A run allocates nothing.
/// </summary>
public sealed class StepGraph
{
    private readonly Step[] _forward;
    private readonly BackwardPass _backward;
    private readonly Device _device;
    private readonly MemoryPlan _plan;
    private readonly List<(MemoryClaim Claim, Action<TensorView> Place, Shape Shape, DType Type)> _tensors = [];
    private readonly List<Moved> _moved = [];
    private readonly long _workspaceOffset;
    private readonly long _workspaceBytes;
    private Arena? _arena;

    internal StepGraph(Device device, GraphMode mode, List<Step> steps, List<Value> inputs, IReadOnlyList<Value> outputs, bool reuseMemory, bool checkpoint)
    {
        _device = device;
        Mode = mode;
        _forward = [.. steps];
        _backward = new BackwardPass(mode == GraphMode.Training ? _forward : [], outputs, checkpoint);
        DeriveGradientWrites();
        CollectTensors(inputs, outputs);
        _plan = new MemoryPlan([.. _tensors.Select(t => t.Claim)], reuseMemory);
        _workspaceBytes = _forward.Length == 0 ? 0 : _forward.Max(s => s.WorkspaceBytes);
        _workspaceOffset = Arena.Align(_plan.Bytes);
    }

    public GraphMode Mode { get; }

    public IReadOnlyList<Step> Steps => _forward;

    /// <summary>The steps that have a backward pass, in the order in which it runs.</summary>
    public IReadOnlyList<Step> BackwardSteps => _backward.Steps;

    /// <summary>Multiplications and additions of forward and backward, without <see cref="FlopsAgain"/>.</summary>
    public long Flops => _forward.Sum(s => s.Flops) + _backward.Steps.Sum(s => s.BackwardFlops);

    /// <summary>Multiplications and additions of what checkpointing makes again.</summary>
    public long FlopsAgain => _backward.Entries.Sum(e => e.Again ? e.Step.Flops : 0);

    /// <summary>Bytes of activations, gradients of activations and workspace.</summary>
    public long ArenaBytes => _workspaceOffset + Arena.Align(_workspaceBytes);

    /// <summary>Fills memory with NaN as soon as its tensor is dead; on in Debug builds. Shows reads after free.</summary>
    public bool PoisonFreed { get; set; } =
#if DEBUG
        true;
#else
        false;
#endif

    /// <summary>Gives every tensor its address. May be called again with another arena.</summary>
    /// <exception cref="ArgumentException">The arena is too small.</exception>
    public void Bind(Arena arena)
    {
        if (arena.Bytes < ArenaBytes) throw new ArgumentException($"the graph needs {ArenaBytes} bytes; the arena has {arena.Bytes}");
        _arena = arena;
        foreach (var (claim, place, shape, type) in _tensors) place(arena.View(claim.Offset, shape, type));
        var workspace = _workspaceBytes == 0 ? default : arena.View(_workspaceOffset, new Shape(checked((int)Arena.Align(_workspaceBytes))), DType.UInt8);
        foreach (var step in _forward) step.Workspace = workspace;
    }

    /// <summary>Refreshes what is derived from parameters; after they changed, and after another graph used the same arena.</summary>
    public void Prepare()
    {
        foreach (var step in _forward) step.Prepare();
    }

    public void Forward(RunContext context)
    {
        foreach (var moved in _moved) moved.Value.Data = moved.InForward;
        for (int i = 0; i < _forward.Length; i++)
        {
            _forward[i].Forward(context);
            if (PoisonFreed) Poison(i);
        }
    }

    public void Backward(RunContext context)
    {
        foreach (var moved in _moved) moved.Value.Data = moved.InBackward;
        for (int i = 0; i < _backward.Entries.Count; i++)
        {
            var (step, again) = _backward.Entries[i];
            if (again) step.ForwardAgain(context);
            else step.Backward(context);
            if (PoisonFreed) Poison(_forward.Length + i);
        }
    }

    /// <summary>The first contribution to a gradient in backward order overwrites, the others add; so residuals need no special code.</summary>
    private void DeriveGradientWrites()
    {
        var written = new HashSet<Value>();
        foreach (var step in _backward.Steps)
        {
            foreach (var input in step.Inputs.Where(v => v.NeedsGradient))
                step.SetWrite(input, written.Add(input) ? GradientWrite.Overwrite : GradientWrite.Add);
        }
    }

    private void CollectTensors(List<Value> inputs, IReadOnlyList<Value> outputs)
    {
        int backward = _forward.Length, end = backward + _backward.Entries.Count;
        var uses = new Dictionary<(Value Value, bool Again), (int First, int Last)>();
        void Use(Value value, int time)
        {
            var key = (value, time >= backward && _backward.Dropped.Contains(value));
            uses[key] = uses.TryGetValue(key, out var use) ? (Math.Min(use.First, time), Math.Max(use.Last, time)) : (time, time);
        }

        void UseAll(IEnumerable<Value> values, int time)
        {
            foreach (var value in values) Use(value, time);
        }

        void Forward(Step step, int time)
        {
            UseAll(step.Inputs, time);
            Use(step.Output, time);
            UseAll(step.Beside, time);
            UseAll(step.Kept, time);
        }

        UseAll(inputs, 0);
        for (int t = 0; t < backward; t++)
        {
            Forward(_forward[t], t);
            UseAll(_forward[t].Constants, 0);
            UseAll(_forward[t].Constants, end);
        }
        for (int t = backward; t < end; t++)
        {
            var (step, again) = _backward.Entries[t - backward];
            if (again)
            {
                Forward(step, t);
                continue;
            }
            UseAll(step.ReadInBackward, t);
            UseAll(step.Kept, t);
        }
        UseAll(outputs, end);
        foreach (var ((value, again), (first, last)) in uses) Claim(value, again, first, last);
        CollectGradients();
    }

    private void Claim(Value value, bool again, int first, int last)
    {
        var claim = new MemoryClaim(again ? $"{value.Name} again" : value.Name, value.Bytes, first, last);
        if (!_backward.Dropped.Contains(value))
        {
            _tensors.Add((claim, v => value.Data = v, value.Shape, value.Type));
            return;
        }
        if (_moved.Find(m => m.Value == value) is not { } moved) _moved.Add(moved = new Moved(value));
        _tensors.Add((claim, again ? v => moved.InBackward = v : v => moved.InForward = v, value.Shape, value.Type));
    }

    private void CollectGradients()
    {
        var from = new Dictionary<Value, int>();
        for (int i = 0; i < _backward.Entries.Count; i++)
        {
            var (step, again) = _backward.Entries[i];
            if (again) continue;
            int time = _forward.Length + i;
            foreach (var input in step.Inputs.Where(v => v.NeedsGradient)) from.TryAdd(input, time);
            var output = step.Output;
            _tensors.Add((new MemoryClaim($"d {output.Name}", output.Bytes, from.GetValueOrDefault(output, time), time), v => output.Gradient = v, output.Shape, output.Type));
        }
    }

    private void Poison(int time)
    {
        foreach (var (claim, _, _, _) in _tensors)
        {
            if (claim.To == time) _device.FillBytes(_arena!.View(claim.Offset, new Shape(checked((int)claim.Bytes)), DType.UInt8), 0xFF);
        }
    }

    /// <summary>A value that is made twice lies in one place during forward and in another during backward.</summary>
    private sealed class Moved(Value value)
    {
        public Value Value { get; } = value;

        public TensorView InForward { get; set; }

        public TensorView InBackward { get; set; }
    }
}
