namespace NativeTrainer.PtxExecutor.Memory;

/// <summary>What is wrong with an access to memory.</summary>
internal sealed record Finding(PtxFaultKind Kind, string Text)
{
    public static Finding Unwritten(string text) => new(PtxFaultKind.Unwritten, text);

    public static Finding Race(string text) => new(PtxFaultKind.Race, text);
}
