using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.CrossEntropy;

/// <summary>Of the kernels of every loss.</summary>
internal struct CrossEntropyArguments
{
    public ArrayView<float> Logits, Targets, Weights, Losses, MeanLoss, Dlogits, Scale;
    public ArrayView<double> Rows;
    public int N, Classes;
    public float Smoothing;

    /// <summary>0 or 1.</summary>
    public int HasWeights;
}

/// <summary>The kernels' arguments, and the memory that a loss keeps between them.</summary>
/// <param name="rows">Float64 numbers that are kept.</param>
internal sealed class CrossEntropyOperands(GpuDevice device, int n, int classes, float labelSmoothing, int rows)
{
    private readonly ArrayView<double> _rows = device.Keep(rows * sizeof(double)).GpuView<double>();
    private readonly StepSlot _scale = device.StepValues.Take(1);
    private readonly float[] _scaleValue = new float[1];

    public CrossEntropyArguments Forward(TensorView logits, TensorView targets, TensorView weights, TensorView losses, TensorView meanLoss)
    {
        Debug.Assert(losses.Count == n && meanLoss.Count == 1);
        return Of(logits, targets, weights) with { Losses = losses.GpuFloat32, MeanLoss = meanLoss.GpuFloat32 };
    }

    public CrossEntropyArguments Backward(TensorView logits, TensorView targets, TensorView weights, float scale, TensorView dlogits)
    {
        Debug.Assert(dlogits.Count == logits.Count);
        _scaleValue[0] = scale;
        device.StepValues.Write(_scale, _scaleValue);
        return Of(logits, targets, weights) with { Dlogits = dlogits.GpuFloat32 };
    }

    /// <summary>What is not given shares the logits' view, and is not read.</summary>
    private CrossEntropyArguments Of(TensorView logits, TensorView targets, TensorView weights)
    {
        Debug.Assert(logits.Count == (long)n * classes && targets.Count == logits.Count && (weights.IsNone || weights.Count == classes));
        var view = logits.GpuFloat32;
        return new CrossEntropyArguments
        {
            Logits = view,
            Targets = targets.GpuFloat32,
            Weights = weights.IsNone ? view : weights.GpuFloat32,
            Losses = view,
            MeanLoss = view,
            Dlogits = view,
            Scale = device.StepValues.View(_scale),
            Rows = _rows,
            N = n,
            Classes = classes,
            Smoothing = labelSmoothing,
            HasWeights = weights.IsNone ? 0 : 1,
        };
    }
}
