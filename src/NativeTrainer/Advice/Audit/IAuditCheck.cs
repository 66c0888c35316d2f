using NativeTrainer.Advice.Findings;

namespace NativeTrainer.Advice.Audit;

/// <summary>What a check looks at; nothing is gathered that no check asks for.</summary>
[Flags]
internal enum AuditNeeds
{
    /// <summary>Names, labels, parts and the files' bytes: always there.</summary>
    Files = 0,

    /// <summary>Every file decoded once.</summary>
    Decoding = 1,

    /// <summary>A pass through a network: never in <see cref="AuditMode.Quick"/>.</summary>
    Features = 2,

    /// <summary>Unlabelled pictures as the network will meet them.</summary>
    Production = 4,

    /// <summary>Signatures and statistics of every picture.</summary>
    Measures = 8,

    /// <summary>The search for copies (<see cref="MeasuredPictures.Duplicates"/>): made with all threads before the checks that ask for it run beside each other.</summary>
    Copies = 16,

    /// <summary>Features of a few mirror images, computed while the network is there.</summary>
    Mirrored = 32,
}

/// <summary>One question asked of a data set. Checks do not know of each other and give the same findings whatever the number of threads.</summary>
internal interface IAuditCheck
{
    /// <summary>The kinds that it may find.</summary>
    IReadOnlyList<FindingKind> Kinds { get; }

    AuditNeeds Needs { get; }

    /// <param name="input">Has what <see cref="Needs"/> names.</param>
    /// <returns>At most one finding per kind and place; none where all is well.</returns>
    IEnumerable<Finding> Run(AuditInput input, CancellationToken stop);
}
