namespace NativeTrainer.Advice.Findings;

/// <summary>What <c>explain CODE</c> tells; plain sentences, one paragraph each.</summary>
public sealed record FindingPage
{
    /// <summary>What it is.</summary>
    public required string What { get; init => field = OneLine(value); }

    /// <summary>How it was found: the measurement, its threshold, what it does not see.</summary>
    public required string Found { get; init => field = OneLine(value); }

    /// <summary>How to fix it.</summary>
    public required string Fix { get; init => field = OneLine(value); }

    /// <summary>What it costs to ignore.</summary>
    public required string Cost { get; init => field = OneLine(value); }

    /// <summary>How to silence it, and when that is right.</summary>
    public required string Silence { get; init => field = OneLine(value); }

    /// <summary>The paper behind the measurement, where there is one.</summary>
    public string? Source { get; init => field = value is null ? null : OneLine(value); }

    /// <summary>The paragraphs with their headings, in reading order.</summary>
    public IEnumerable<(string Heading, string Text)> Paragraphs()
    {
        yield return ("What it is", What);
        yield return ("How it was found", Found);
        yield return ("How to fix it", Fix);
        yield return ("What it costs to ignore", Cost);
        yield return ("How to silence it", Silence);
        if (Source is not null) yield return ("Source", Source);
    }

    private static string OneLine(string text) => text.Trim().ReplaceLineEndings(" ");
}
