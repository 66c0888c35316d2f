using NativeTrainer.Graph;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Optimizers;

namespace NativeTrainer.Training;

/// <summary>
/// The mean of the trained weights at several ends of epochs. Source: Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018.
/// </summary>
internal sealed class WeightMean : IDisposable
{
    private readonly Device _device;
    private readonly ParameterSet _parameters;
    private readonly Arena _arena;
    private readonly Ema _step;

    /// <param name="parameters">With the trainable ones of the stage marked.</param>
    public WeightMean(Device device, ParameterSet parameters)
    {
        (_device, _parameters) = (device, parameters);
        _arena = device.Allocate(parameters.FlatTrainable.Bytes);
        Weights = _arena.View(0, parameters.FlatTrainable.Shape);
        _step = Ema.Plan(device, Weights.Count);
    }

    /// <summary>Beside <see cref="ParameterSet.FlatTrainable"/>, element for element.</summary>
    public TensorView Weights { get; }

    /// <summary>Weights that went into the mean.</summary>
    public int Count { get; set; }

    /// <summary>Takes in the weights as they are.</summary>
    public void Add()
    {
        Count++;
        // mean + (w − mean) / n
        if (Count == 1) _device.Copy(_parameters.FlatTrainable, Weights);
        else _step.Step(Weights, _parameters.FlatTrainable, 1 - 1f / Count);
    }

    public void Dispose() => _arena.Dispose();
}
