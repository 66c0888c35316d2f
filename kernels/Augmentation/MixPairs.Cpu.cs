using System.Diagnostics;
using System.Numerics;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Augmentation;

internal sealed unsafe class MixPairsCpu(CpuDevice device, int n, int size) : MixPairs
{
    public override string Variant => "mix_pairs";

    public override void Run(TensorView y, MixPair[] pairs, int count)
    {
        Debug.Assert(y.Count == (long)n * size * size * 3 && count <= pairs.Length && 2 * count <= n);
        fixed (MixPair* list = pairs) device.Team.For(count, new Body(y.Float32, list, size));
    }

    private readonly struct Body(float* y, MixPair* pairs, int size) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            var pair = pairs[chunk];
            long floats = 3L * size * size;
            float* a = y + pair.First * floats, b = y + pair.Second * floats;
            if (pair.Swap.IsEmpty) Blend(a, b, floats, pair.Lambda);
            else Swap(a, b, pair.Swap);
        }

        private static void Blend(float* a, float* b, long floats, float keep)
        {
            float give = 1 - keep;
            long i = 0;
            for (; i <= floats - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> first = Vector.Load(a + i), second = Vector.Load(b + i);
                Vector.Store(first * keep + second * give, a + i);
                Vector.Store(second * keep + first * give, b + i);
            }
            for (; i < floats; i++) (a[i], b[i]) = (a[i] * keep + b[i] * give, b[i] * keep + a[i] * give);
        }

        private void Swap(float* a, float* b, PixelBox box)
        {
            for (int row = box.Top; row < box.Bottom; row++)
            {
                long start = 3L * ((long)row * size + box.Left), end = start + 3L * (box.Right - box.Left);
                for (long i = start; i < end; i++) (a[i], b[i]) = (b[i], a[i]);
            }
        }
    }
}
