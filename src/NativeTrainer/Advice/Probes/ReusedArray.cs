namespace NativeTrainer.Advice.Probes;

/// <summary>An array that is asked for again and again: to touch fresh memory of several megabytes takes longer than the arithmetic on it.</summary>
internal sealed class ReusedArray<T> where T : unmanaged
{
    private T[] _values = [];

    /// <returns>At least so many values, of which some may be left from before; they last until the next call.</returns>
    public T[] Of(int count)
    {
        if (_values.Length < count) _values = GC.AllocateUninitializedArray<T>(count);
        return _values;
    }
}
