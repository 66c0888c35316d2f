using NativeTrainer.Training;

namespace NativeTrainer.Layers;

/// <summary>A batch-norm policy applied to one layer.</summary>
internal readonly record struct BatchNormPolicyFor(BatchNormPolicy Policy)
{
    /// <summary>Whether a norm in a training graph normalises by its batch (and moves its running statistics).</summary>
    /// <param name="trained">Whether the layer is trained.</param>
    public bool UsesBatchStatistics(bool trained) => Policy == BatchNormPolicy.Train || (Policy == BatchNormPolicy.Auto && trained);
}
