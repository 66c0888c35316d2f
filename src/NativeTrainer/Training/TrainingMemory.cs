using System.Globalization;
using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>What the stages of a run need, counted before step 1 by building their graphs without memory.</summary>
/// <param name="ActivationBytes">The arena that all graphs share, one at a time.</param>
/// <param name="StateBytes">The most that gradients and optimizer state take in a stage.</param>
/// <param name="ParameterBytes">Parameters and buffers.</param>
/// <param name="StagingBytes">Decoded pictures of one batch.</param>
internal sealed record TrainingMemory(long ActivationBytes, long StateBytes, long ParameterBytes, long StagingBytes)
{
    /// <summary>Multiplications and additions of a batch, in the stage with the most, and those that checkpointing adds to them.</summary>
    public (long Step, long Again) Flops { get; private init; }

    /// <summary>The most that the run's files take: best and last weights, the checkpoint, and one of these a second time while it is replaced.</summary>
    public long FileBytes => 2 * ParameterBytes + 2 * (ParameterBytes + StateBytes);

    public long Total => ActivationBytes + StateBytes + ParameterBytes + StagingBytes;

    /// <summary>Says before anything starts that a card's memory will not do, and which batch would: activations grow with it, the rest does not.</summary>
    /// <exception cref="UserException">Less is free than the run will take.</exception>
    public void RequireFree(Device device, int batch)
    {
        // The parameters are there already.
        if (device.FreeBytes is not long free || ActivationBytes + StateBytes <= free) return;
        long fits = Math.Max(0, free - StateBytes) / Math.Max(1, ActivationBytes / batch);
        string advice = fits > 0 ? $"--batch {fits} would fit" : "no batch would fit; free some, or give a smaller --size or --device cpu";
        throw new UserException(string.Create(CultureInfo.InvariantCulture,
            $"{device.Description}: this run needs {(ActivationBytes + StateBytes) / 1e6:F0} MB of its memory at --batch {batch}, {free / 1e6:F0} MB are free; {advice}"));
    }

    /// <summary>What checkpointing saves and costs beside a plan without it.</summary>
    public string PriceOfCheckpointing(TrainingMemory without) => string.Create(CultureInfo.InvariantCulture,
        $"--checkpoint-activations: {ActivationBytes / 1e6:F0} MB for activations in place of {without.ActivationBytes / 1e6:F0}; a batch computes {Flops.Again / 1e9:F1} GFLOP twice, {(double)Flops.Again / Math.Max(1, Flops.Step):P0} more");

    public static TrainingMemory Plan(ResNet model, TrainOptions options, IReadOnlyList<TrainingStage> stages, int size, int batch, bool fromScratch, float[]? classWeights,
        long largestImage)
    {
        using var inference = new InferenceSession(model, size, batch, InferenceOutput.Probabilities);
        long activations = inference.ArenaBytes, state = 0;
        (long Step, long Again) flops = default;
        foreach (var stage in stages.Where(stage => !stage.ClosedForm))
        {
            model.Parameters.SetTrainable(p => stage.Trains(p, options));
            using var step = new TrainStep(model, options, stage.OnFeatures ? 0 : size, batch, fromScratch, classWeights);
            activations = Math.Max(activations, step.ArenaBytes);
            state = Math.Max(state, step.StateBytes);
            if (step.Graph.Flops > flops.Step) flops = (step.Graph.Flops, step.Graph.FlopsAgain);
        }
        long staging = stages.All(s => s.OnFeatures) ? 0 : batch * Arena.Align(largestImage * 3 + 1);
        return new TrainingMemory(activations, state, model.Parameters.FlatWithBuffers.Bytes + model.Parameters.CopyBytes, staging) { Flops = flops };
    }
}
