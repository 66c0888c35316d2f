using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

internal sealed class ReluGpu(GpuDevice device, long count) : Relu
{
    private readonly ElementwiseGpu<Positive> _forward = new(device, count);
    private readonly ElementwiseGpu<Gate> _backward = new(device, count);
    private readonly ElementwiseGpu<AddedGate> _backwardAdd = new(device, count);

    public override string Variant => "relu_simt";

    public override long Flops => count;

    public override void Forward(TensorView x, TensorView y) => _forward.Run(default, x, default, y);

    public override void Backward(TensorView y, TensorView dy, TensorView dx, GradientWrite write)
    {
        if (write == GradientWrite.Add) _backwardAdd.Run(default, y, dy, dx);
        else _backward.Run(default, y, dy, dx);
    }

    internal readonly struct Positive : IElementwiseGpu
    {
        public bool ReadsResult => false;

        // A NaN stays one, as on the processor.
        public float Apply(float a, float b, float old) => a <= 0 ? 0 : a;
    }

    internal readonly struct Gate : IElementwiseGpu
    {
        public bool ReadsResult => false;

        public float Apply(float a, float b, float old) => a > 0 ? b : 0;
    }

    internal readonly struct AddedGate : IElementwiseGpu
    {
        public bool ReadsResult => true;

        public float Apply(float a, float b, float old) => old + (a > 0 ? b : 0);
    }
}
