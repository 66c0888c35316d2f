namespace NativeTrainer.Reports;

/// <summary>What a run's page shows, and what it may cost.</summary>
public sealed record RunPageOptions
{
    /// <summary>Worst mistakes to show, at most.</summary>
    public int Mistakes { get; init; } = 12;

    /// <summary>Show the mistakes' pictures with Grad-CAM: a pass each and its backward.</summary>
    public bool Pictures { get; init; } = true;

    /// <summary>Show the training pictures most like each mistake: features of all training pictures, by the best weights.</summary>
    public bool Nearest { get; init; } = true;

    /// <summary>Keep features between reports.</summary>
    public bool Cache { get; init; } = true;

    /// <summary>0 takes those of the run; the page does not depend on them.</summary>
    public int Threads { get; init; }

    /// <summary>Null takes the run's.</summary>
    public string? Device { get; init; }

    /// <summary>With what the run says where nothing is given.</summary>
    internal RunPageOptions For(RunRecord run) => this with { Threads = Threads > 0 ? Threads : run.Options?.Threads ?? 0, Device = Device ?? run.Options?.Device ?? "auto" };
}
