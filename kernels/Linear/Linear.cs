using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Linear;

/// <summary>
/// y (N, out) = x (N, in) · w (out, in)ᵀ [+ bias (out)]: a 1×1 convolution over N pixels, and planned as one, so that there is one matrix
/// product to make fast. Backward needs x and w.
/// </summary>
public sealed class Linear : OpPlan
{
    private readonly Conv2d.Conv2d _product;

    private Linear(Device device, int n, int inFeatures, int outFeatures)
    {
        _product = Conv2d.Conv2d.Plan(device, Conv2dShape.Square(n, 1, 1, inFeatures, outFeatures, 1, 1, 0));
    }

    /// <exception cref="ArgumentException">An extent is below 1.</exception>
    public static Linear Plan(Device device, int n, int inFeatures, int outFeatures) => new(device, n, inFeatures, outFeatures);

    public override string Variant => _product.Variant;

    public override long WorkspaceBytes => _product.WorkspaceBytes;

    public override long Flops => _product.Flops;

    public void Forward(TensorView x, TensorView w, TensorView bias, TensorView y, TensorView workspace)
        => _product.Forward(x, w, new Conv2dEpilogue(bias, default, false), y, workspace);

    public void BackwardData(TensorView dy, TensorView w, TensorView dx, GradientWrite write, TensorView workspace) => _product.BackwardData(dy, w, dx, write, workspace);

    public void BackwardWeights(TensorView x, TensorView dy, TensorView dw, GradientWrite write, TensorView workspace) => _product.BackwardWeights(x, dy, dw, write, workspace);

    public void BackwardBias(TensorView dy, TensorView db, GradientWrite write, TensorView workspace) => _product.BackwardBias(dy, db, write, workspace);
}
