namespace NativeTrainer.OpCases;

/// <summary>What a case's operands are after its call, by the reference in float64, and by how much each may be off; the same on every device, so computed once for all.</summary>
public sealed class CaseExpectation
{
    private readonly double[][] _values, _bounds;

    public CaseExpectation(OpCase opCase)
    {
        (_values, _bounds) = CaseRunner.ReferenceOperands(opCase);
        opCase.Reference(_values, _bounds);
    }

    /// <summary>The first element of operand <paramref name="index"/> that is off by more than its bound, or null.</summary>
    public string? Difference(int index, double[] actual, string name)
    {
        double[] expected = _values[index], bounds = _bounds[index];
        for (int i = 0; i < actual.Length; i++)
        {
            double off = Math.Abs(actual[i] - expected[i]);
            if (!(off <= bounds[i])) return $"{name}[{i}] = {actual[i]:R}, reference {expected[i]:R}, off by {off:E2}, bound {bounds[i]:E2}";
        }
        return null;
    }
}
