namespace NativeTrainer.Reports;

/// <summary>Something that keeps a result from being better, or from being known better.</summary>
/// <param name="Says">One sentence with its numbers.</param>
/// <param name="Next">What to do about it; commands between single quotes.</param>
public sealed record RunLimit(string Says, string Next);
