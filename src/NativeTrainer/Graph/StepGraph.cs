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
    private readonly Step[] _backward;
    private readonly Device _device;
    private readonly MemoryPlan _plan;
    private readonly List<(MemoryClaim Claim, Action<TensorView> Place, Shape Shape, DType Type)> _tensors = [];
    private readonly long _workspaceOffset;
    private readonly long _workspaceBytes;
    private Arena? _arena;

    internal StepGraph(Device device, GraphMode mode, List<Step> steps, List<Value> inputs, IReadOnlyList<Value> outputs, bool reuseMemory)
    {
        _device = device;
        Mode = mode;
        _forward = [.. steps];
        _backward = mode == GraphMode.Training ? [.. steps.Where(s => s.Output.NeedsGradient).Reverse()] : [];
        DeriveGradientWrites();
        CollectTensors(inputs, outputs);
        _plan = new MemoryPlan([.. _tensors.Select(t => t.Claim)], reuseMemory);
        _workspaceBytes = _forward.Length == 0 ? 0 : _forward.Max(s => s.WorkspaceBytes);
        _workspaceOffset = Arena.Align(_plan.Bytes);
    }

    public GraphMode Mode { get; }

    public IReadOnlyList<Step> Steps => _forward;

    /// <summary>The steps that have a backward pass, in the order in which it runs.</summary>
    public IReadOnlyList<Step> BackwardSteps => _backward;

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
        for (int i = 0; i < _forward.Length; i++)
        {
            _forward[i].Forward(context);
            if (PoisonFreed) Poison(i);
        }
    }

    public void Backward(RunContext context)
    {
        for (int i = 0; i < _backward.Length; i++)
        {
            _backward[i].Backward(context);
            if (PoisonFreed) Poison(_forward.Length + i);
        }
    }

    /// <summary>The first contribution to a gradient in backward order overwrites, the others add; so residuals need no special code.</summary>
    private void DeriveGradientWrites()
    {
        var written = new HashSet<Value>();
        foreach (var step in _backward)
        {
            foreach (var input in step.Inputs.Where(v => v.NeedsGradient))
                step.SetWrite(input, written.Add(input) ? GradientWrite.Overwrite : GradientWrite.Add);
        }
    }

    private void CollectTensors(List<Value> inputs, IReadOnlyList<Value> outputs)
    {
        int end = _forward.Length + _backward.Length;
        var first = new Dictionary<Value, int>();
        var last = new Dictionary<Value, int>();
        void Use(Value value, int time)
        {
            first.TryAdd(value, time);
            last[value] = Math.Max(last.GetValueOrDefault(value), time);
        }

        foreach (var input in inputs) Use(input, 0);
        for (int t = 0; t < _forward.Length; t++)
        {
            foreach (var input in _forward[t].Inputs) Use(input, t);
            Use(_forward[t].Output, t);
            foreach (var beside in _forward[t].Beside) Use(beside, t);
            foreach (var kept in _forward[t].Kept) Use(kept, t);
            foreach (var constant in _forward[t].Constants)
            {
                Use(constant, 0);
                Use(constant, end);
            }
        }
        for (int t = 0; t < _backward.Length; t++)
        {
            foreach (var value in _backward[t].ReadInBackward) Use(value, _forward.Length + t);
            foreach (var kept in _backward[t].Kept) Use(kept, _forward.Length + t);
        }
        foreach (var output in outputs) Use(output, end);
        foreach (var (value, from) in first) _tensors.Add((new MemoryClaim(value.Name, value.Bytes, from, last[value]), v => value.Data = v, value.Shape, value.Type));

        var gradientFrom = new Dictionary<Value, int>();
        for (int t = 0; t < _backward.Length; t++)
        {
            int time = _forward.Length + t;
            foreach (var input in _backward[t].Inputs.Where(v => v.NeedsGradient)) gradientFrom.TryAdd(input, time);
            var output = _backward[t].Output;
            int from = gradientFrom.GetValueOrDefault(output, time);
            _tensors.Add((new MemoryClaim($"d {output.Name}", output.Bytes, from, time), v => output.Gradient = v, output.Shape, output.Type));
        }
    }

    private void Poison(int time)
    {
        foreach (var (claim, _, _, _) in _tensors)
        {
            if (claim.To == time) _device.FillBytes(_arena!.View(claim.Offset, new Shape(checked((int)claim.Bytes)), DType.UInt8), 0xFF);
        }
    }
}
