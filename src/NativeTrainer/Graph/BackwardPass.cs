namespace NativeTrainer.Graph;

/// <summary>
/// What backward runs, in order. With activation checkpointing (Chen et al. 2016) what a segment made for itself is dropped after forward, and made again
/// before the segment's first backward step; what leaves a segment is kept.
/// </summary>
internal sealed class BackwardPass
{
    private readonly IReadOnlyList<Step> _forward;
    private readonly IReadOnlyList<Value> _outputs;
    private readonly List<(Step Step, bool Again)> _entries = [];
    private readonly HashSet<Value> _dropped = [];

    public BackwardPass(IReadOnlyList<Step> forward, IReadOnlyList<Value> outputs, bool checkpoint)
    {
        (_forward, _outputs) = (forward, outputs);
        Steps = [.. forward.Where(s => s.Output.NeedsGradient).Reverse()];
        int segment = Step.NoSegment;
        foreach (var step in Steps)
        {
            if (checkpoint && step.Segment != segment && step.Segment != Step.NoSegment) MakeAgain(step.Segment);
            segment = step.Segment;
            _entries.Add((step, false));
        }
    }

    /// <summary>The steps that have a backward pass, in the order in which it runs.</summary>
    public IReadOnlyList<Step> Steps { get; }

    /// <summary><see cref="Steps"/>, and between them those whose forward runs again.</summary>
    public IReadOnlyList<(Step Step, bool Again)> Entries => _entries;

    /// <summary>What is dead between the two times that it is made.</summary>
    public IReadOnlySet<Value> Dropped => _dropped;

    private void MakeAgain(int segment)
    {
        Step[] inside = [.. _forward.Where(s => s.Segment == segment)];
        var wanted = inside.Where(s => s.Output.NeedsGradient).SelectMany(s => s.ReadInBackward).ToHashSet();
        var again = new Stack<Step>();
        foreach (var step in inside.Reverse())
        {
            if (Leaves(step.Output, segment) || !(wanted.Contains(step.Output) || step.Beside.Any(wanted.Contains))) continue;
            again.Push(step);
            wanted.UnionWith(step.Inputs);
            _dropped.UnionWith([step.Output, .. step.Beside, .. step.Kept]);
        }
        foreach (var step in again) _entries.Add((step, true));
    }

    private bool Leaves(Value value, int segment) => _outputs.Contains(value) || _forward.Any(s => s.Segment != segment && s.Inputs.Contains(value));
}
