using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

internal sealed class ScaleGpu(GpuDevice device, long count) : Scale
{
    private readonly ElementwiseGpu<Times> _times = new(device, count);

    public override string Variant => "scale_simt";

    public override long Flops => count;

    public override void Run(TensorView x, float factor, TensorView y) => _times.Run(new Times(factor), x, default, y);

    internal readonly struct Times(float factor) : IElementwiseGpu
    {
        private readonly float _factor = factor;

        public bool ReadsResult => false;

        public float Apply(float a, float b, float old) => a * _factor;
    }
}
