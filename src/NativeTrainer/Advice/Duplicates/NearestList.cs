namespace NativeTrainer.Advice.Duplicates;

/// <summary>For each of n pictures, the few others that are nearest by some distance; ties go to the lower index, so that the order of insertion does not matter.</summary>
internal sealed class NearestList
{
    private readonly int _most;
    private readonly int[] _others; // (n, most), nearest first
    private readonly float[] _distances; // (n, most)
    private readonly int[] _counts; // (n)

    public NearestList(int count, int most)
    {
        _most = most;
        _others = new int[checked(count * most)];
        _distances = new float[count * most];
        _counts = new int[count];
    }

    public ReadOnlySpan<int> Of(int picture) => _others.AsSpan(picture * _most, _counts[picture]);

    /// <summary>Not for the same picture from two threads at once. One that is there already keeps its smaller distance.</summary>
    public void Add(int picture, int other, float distance)
    {
        int first = picture * _most, end = first + _counts[picture];
        int place = Array.IndexOf(_others, other, first, _counts[picture]);
        if (place < 0)
        {
            if (_counts[picture] == _most && !Before(distance, other, end - 1)) return;
            if (_counts[picture] < _most) _counts[picture]++;
            else end--;
            place = end;
        }
        else if (distance >= _distances[place]) return;
        for (; place > first && Before(distance, other, place - 1); place--) (_others[place], _distances[place]) = (_others[place - 1], _distances[place - 1]);
        (_others[place], _distances[place]) = (other, distance);
    }

    private bool Before(float distance, int other, int place)
        => distance < _distances[place] || (distance == _distances[place] && other < _others[place]);
}
