namespace NativeTrainer.Advice.Audit;

/// <summary>How much an audit looks at.</summary>
public enum AuditMode
{
    /// <summary>What <c>train</c> does on its own: files, names, labels and what decoding shows; no pass through a network.</summary>
    Quick,

    /// <summary>All checks for which there is what they need.</summary>
    Full,
}

/// <summary>What to audit.</summary>
public sealed record AuditOptions
{
    /// <summary>As for training: an image folder, a folder with split CSVs, or a CSV file.</summary>
    public required string Data { get; init; }

    /// <summary>Weights whose frozen features the checks may use; null leaves out those that need features.</summary>
    public string? Weights { get; init; }

    /// <summary>Side in pixels at which the weights look at pictures; 0 takes the weights'.</summary>
    public int Size { get; init; }

    /// <summary>A folder of unlabelled pictures as the network will meet them; null for none.</summary>
    public string? Production { get; init; }

    /// <summary>An edited <c>audit.csv</c> to apply before looking; null for none.</summary>
    public string? Fix { get; init; }

    /// <summary>Codes, names or groups of the findings to look for; empty looks for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Codes, names or groups of findings that neither refuse nor fail.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    public AuditMode Mode { get; init; } = AuditMode.Full;

    /// <summary>Share of each class that validates when the data has no validation part, as training would take it.</summary>
    public double ValidationFraction { get; init; } = 0.2;

    /// <summary>Of the split that is made, and of checks that draw at random.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Files read at the same time; 0 takes all processors. The findings do not depend on it.</summary>
    public int Threads { get; init; }
}
