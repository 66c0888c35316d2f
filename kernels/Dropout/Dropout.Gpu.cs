using ILGPU;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Kernels.Dropout;

internal struct DropoutArguments
{
    public ArrayView<float> Dy, Dx, Key;
    public long Count;
    public float Probability, Scale;

    /// <summary>0 or 1.</summary>
    public int Adds;
}

/// <summary>A thread draws one Philox block and masks its four elements: the mask of every other device.</summary>
internal sealed class DropoutGpu(GpuDevice device, long count, float probability) : Dropout
{
    private const int Threads = 256;

    private readonly GpuKernel<DropoutArguments> _kernel = device.Load<DropoutArguments>(Kernel, Threads);
    private readonly StepSlot _key = device.StepValues.Take(2);
    private readonly float[] _words = new float[2];

    public override string Variant => "dropout_simt";

    public override long Flops => count;

    public override void Forward(TensorView x, TensorView y, ulong key) => Backward(x, y, GradientWrite.Overwrite, key);

    public override void Backward(TensorView dy, TensorView dx, GradientWrite write, ulong key)
    {
        (_words[0], _words[1]) = (BitConverter.UInt32BitsToSingle((uint)key), BitConverter.UInt32BitsToSingle((uint)(key >> 32)));
        device.StepValues.Write(_key, _words);
        _kernel.Launch(Chunks.Count((count + 3) / 4, Threads), new()
        {
            Dy = dy.GpuFloat32,
            Dx = dx.GpuFloat32,
            Key = device.StepValues.View(_key),
            Count = count,
            Probability = probability,
            Scale = (float)(1 / (1.0 - probability)),
            Adds = write == GradientWrite.Add ? 1 : 0,
        });
    }

    private static void Kernel(DropoutArguments k)
    {
        long group = (long)Grid.IdxX * Group.DimX + Group.IdxX, first = group * 4;
        if (first >= k.Count) return;
        ulong key = Interop.FloatAsInt(k.Key[0]) | (ulong)Interop.FloatAsInt(k.Key[1]) << 32;
        var block = CounterRandom.Block(key, (ulong)group);
        for (int word = 0; word < 4 && first + word < k.Count; word++)
        {
            long i = first + word;
            float value = DropoutMask.Keeps(block, word, k.Probability) ? k.Dy[i] * k.Scale : 0;
            k.Dx[i] = k.Adds != 0 ? k.Dx[i] + value : value;
        }
    }
}
