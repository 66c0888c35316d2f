using NativeTrainer.Evaluation;
using NativeTrainer.Kernels;
using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>What the stages of a run need, counted before step 1 by building their graphs without memory.</summary>
/// <param name="ActivationBytes">The arena that all graphs share, one at a time.</param>
/// <param name="StateBytes">The most that gradients and optimizer state take in a stage.</param>
/// <param name="ParameterBytes">Parameters and buffers.</param>
/// <param name="StagingBytes">Decoded pictures of one batch.</param>
internal sealed record TrainingMemory(long ActivationBytes, long StateBytes, long ParameterBytes, long StagingBytes)
{
    public long Total => ActivationBytes + StateBytes + ParameterBytes + StagingBytes;

    public static TrainingMemory Plan(ResNet model, TrainOptions options, IReadOnlyList<TrainingStage> stages, int size, int batch, bool fromScratch, float[]? classWeights,
        long largestImage)
    {
        long activations = new InferenceSession(model, size, batch, InferenceOutput.Probabilities).ArenaBytes, state = 0;
        foreach (var stage in stages)
        {
            model.Parameters.SetTrainable(p => stage.Trains(p, options));
            using var step = new TrainStep(model, options, stage.OnFeatures ? 0 : size, batch, fromScratch, classWeights);
            activations = Math.Max(activations, step.ArenaBytes);
            state = Math.Max(state, step.StateBytes);
        }
        long staging = stages.All(s => s.OnFeatures) ? 0 : batch * Arena.Align(largestImage * 3 + 1);
        return new TrainingMemory(activations, state, model.Parameters.FlatWithBuffers.Bytes, staging);
    }
}
