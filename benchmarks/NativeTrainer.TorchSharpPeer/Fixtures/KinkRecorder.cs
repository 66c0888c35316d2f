using TorchSharp;
using static TorchSharp.torch;

namespace NativeTrainer.TorchSharpPeer.Fixtures;

/// <summary>
/// Keeps the inputs of all ReLUs and max pools of a run. A gradient jumps where such an input is 0 or two are equal; a fixture is only
/// comparable where every engine's rounding stays well away from that, so seeds without that distance are passed over.
/// </summary>
/// <param name="unpermute">Brings the images back into the order of the fixture.</param>
/// <param name="pool">The network's max pool.</param>
internal sealed class KinkRecorder(long[] unpermute, PoolShape? pool) : IKinkProbe
{
    private readonly List<(double[] Values, double Distance)> _inputs = [];

    public void Relu(Tensor x)
    {
        double[] values = Values(x);
        _inputs.Add((values, values.Min(Math.Abs)));
    }

    public void MaxPool(Tensor x) => _inputs.Add((Values(x), SmallestLead(x, pool!)));

    /// <summary>The smallest distance to a kink in this run, in units of the largest deviation of <paramref name="other"/> at the same place.</summary>
    public double Margin(KinkRecorder other)
        => _inputs.Zip(other._inputs, (here, there) => here.Distance / here.Values.Zip(there.Values, (a, b) => Math.Abs(a - b)).Max()).Min();

    private double[] Values(Tensor x)
    {
        using var scope = NewDisposeScope();
        return [.. x.detach().index_select(0, tensor(unpermute)).to(ScalarType.Float64).contiguous().data<double>()];
    }

    // How far a window's largest value leads the next. Windows of zeros do not count: the ReLU before them passes no gradient.
    private static double SmallestLead(Tensor x, PoolShape pool)
    {
        using var scope = NewDisposeScope();
        var padded = nn.functional.pad(x.detach(), (pool.Pad, pool.Pad + pool.Stride, pool.Pad, pool.Pad + pool.Stride), value: 0);
        var windows = padded.unfold(2, pool.Kernel, pool.Stride).unfold(3, pool.Kernel, pool.Stride).flatten(4);
        var (top, _) = windows.topk(2);
        var lead = top.select(4, 0) - top.select(4, 1);
        return lead.masked_select(top.select(4, 0) > 0).min().to(ScalarType.Float64).item<double>();
    }
}
