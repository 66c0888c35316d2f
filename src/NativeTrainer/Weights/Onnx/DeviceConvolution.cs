using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Weights.Onnx;

/// <summary>Convolutions of a graph on the engine's kernels: many times faster than the plain ones, for calibration on many images.</summary>
internal sealed class DeviceConvolution(int threads) : IDisposable
{
    private readonly Device _device = Device.Open("cpu", threads);
    private readonly Dictionary<Conv2dShape, Conv2d> _plans = [];

    public OnnxTensor Run(OnnxNode node, OnnxTensor x, OnnxTensor weight, OnnxTensor? bias)
    {
        // What does not fit, the plain one refuses with the reason.
        bool fits = x.Shape.Length == 4 && weight.Shape.Length == 4 && x.Shape[1] == weight.Shape[1] && weight.Shape[0] > 0 && (bias is null || bias.Count == weight.Shape[0]);
        if (!fits || node.Int("group", 1) != 1) return PlainConvolution.Run(node, x, weight, bias);
        var window = OnnxWindow.Of(node, x.Shape, weight.Shape[2], weight.Shape[3]);
        if (window.DilationH != 1 || window.DilationW != 1) return PlainConvolution.Run(node, x, weight, bias);
        int n = x.Shape[0], c = x.Shape[1], k = weight.Shape[0];
        var shape = new Conv2dShape(n, window.H, window.W, c, k, window.R, window.S, window.StrideH, window.StrideW, window.PadTop, window.PadLeft, window.PadBottom, window.PadRight);
        if (!_plans.TryGetValue(shape, out var plan)) _plans[shape] = plan = Conv2d.Plan(_device, shape);
        using var input = Upload(Swap(x.Real(node), n, c, window.H * window.W), shape.Input);
        using var filters = Upload(Swap(weight.Real(node), k, c, window.R * window.S), shape.Weights);
        using var added = Upload(bias?.Real(node) ?? new float[k], new Shape(k));
        using var output = _device.Allocate(4 * shape.Output.Count);
        using var workspace = _device.Allocate(Math.Max(plan.WorkspaceBytes, 64));
        var y = output.View(0, shape.Output);
        plan.Forward(input.View(0, shape.Input), filters.View(0, shape.Weights), new Conv2dEpilogue(added.View(0, new Shape(k)), default, false), y,
            workspace.View(0, new Shape((int)(workspace.Bytes / 4))));
        var result = new float[shape.Output.Count];
        _device.Download<float>(y, result);
        return new OnnxTensor([n, k, window.P, window.Q], Swap(result, n, window.P * window.Q, k));
    }

    public void Dispose() => _device.Dispose();

    private Arena Upload(float[] values, Shape shape)
    {
        var arena = _device.Allocate(4 * shape.Count);
        _device.Upload<float>(values, arena.View(0, shape));
        return arena;
    }

    /// <summary>(outer, a, b) to (outer, b, a).</summary>
    private static float[] Swap(float[] values, int outer, int a, int b)
    {
        if (a == 1 || b == 1) return values;
        var swapped = new float[values.Length];
        Parallel.For(0, outer, o =>
        {
            int start = o * a * b;
            for (int i = 0; i < a; i++)
                for (int j = 0; j < b; j++) swapped[start + j * a + i] = values[start + i * b + j];
        });
        return swapped;
    }
}
