using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

internal sealed class AddGpu(GpuDevice device, long count) : Add
{
    private readonly ElementwiseGpu<Sum> _sum = new(device, count);

    public override string Variant => "add_simt";

    public override long Flops => count;

    public override void Forward(TensorView a, TensorView b, TensorView y) => _sum.Run(default, a, b, y);

    public override void Backward(TensorView dy, TensorView dx, GradientWrite write)
    {
        if (write == GradientWrite.Add) _sum.Run(default, dx, dy, dx);
        else device.Copy(dy, dx);
    }

    internal readonly struct Sum : IElementwiseGpu
    {
        public bool ReadsResult => false;

        public float Apply(float a, float b, float old) => a + b;
    }
}
