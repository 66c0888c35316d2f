namespace NativeTrainer.Kernels.Optimizers;

/// <summary>A run of elements in the flat parameter tensor that is trained with one group's rates. Elements in no segment are left alone.</summary>
/// <param name="Start">First element.</param>
/// <param name="Count">Elements, at least 1.</param>
/// <param name="Group">Index into the rates given with each step.</param>
public readonly record struct ParameterSegment(long Start, long Count, int Group)
{
    /// <summary>One past the last element.</summary>
    public long End => Start + Count;
}
