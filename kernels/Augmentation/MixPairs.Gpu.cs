using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Augmentation;

internal struct MixArguments
{
    public ArrayView<float> Y;

    /// <summary>The number of pairs, then per pair: first, second, share, and the box's left, top, right and bottom, all as integers but the share.</summary>
    public ArrayView<float> Pairs;
    public int Size, Floats;
}

/// <summary>Grid: values of a picture, pairs. The pairs come with the step's values; blocks of pairs that are not there do nothing.</summary>
internal sealed class MixPairsGpu(GpuDevice device, int n, int size) : MixPairs
{
    private const int Threads = 256, Header = 4, PairWords = 8;

    private readonly GpuKernel<MixArguments> _kernel = device.Load<MixArguments>(Kernel, Threads);
    private readonly StepSlot _slot = device.StepValues.Take(Header + n / 2 * PairWords);
    private readonly float[] _values = new float[Header + n / 2 * PairWords];

    public override string Variant => "mix_pairs_simt";

    public override void Run(TensorView y, MixPair[] pairs, int count)
    {
        Debug.Assert(y.Count == (long)n * size * size * 3 && count <= pairs.Length && 2 * count <= n);
        if (n < 2) return;
        _values[0] = count;
        for (int i = 0; i < count; i++)
        {
            var pair = pairs[i];
            int at = Header + i * PairWords;
            (_values[at], _values[at + 1], _values[at + 2]) = (pair.First, pair.Second, pair.Lambda);
            (_values[at + 3], _values[at + 4], _values[at + 5], _values[at + 6]) = (pair.Swap.Left, pair.Swap.Top, pair.Swap.Right, pair.Swap.Bottom);
            _values[at + 7] = pair.Swap.IsEmpty ? 0 : 1;
        }
        device.StepValues.Write(_slot, _values);
        int floats = 3 * size * size;
        _kernel.Launch(new Index3D(Chunks.Count(floats, Threads), n / 2, 1), new() { Y = y.GpuFloat32, Pairs = device.StepValues.View(_slot), Size = size, Floats = floats });
    }

    private static void Kernel(MixArguments k)
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX, pair = Header + Grid.IdxY * PairWords;
        if (i >= k.Floats || Grid.IdxY >= (int)k.Pairs[0]) return;
        long a = (long)(int)k.Pairs[pair] * k.Floats + i, b = (long)(int)k.Pairs[pair + 1] * k.Floats + i;
        float first = k.Y[a], second = k.Y[b], keep = k.Pairs[pair + 2], give = 1 - keep;
        if (k.Pairs[pair + 7] == 0)
        {
            k.Y[a] = first * keep + second * give;
            k.Y[b] = second * keep + first * give;
            return;
        }
        int column = i / 3 % k.Size, row = i / (3 * k.Size);
        if (column < (int)k.Pairs[pair + 3] || row < (int)k.Pairs[pair + 4] || column >= (int)k.Pairs[pair + 5] || row >= (int)k.Pairs[pair + 6]) return;
        k.Y[a] = second;
        k.Y[b] = first;
    }
}
