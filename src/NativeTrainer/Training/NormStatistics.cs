using NativeTrainer.Kernels;
using NativeTrainer.Layers;
using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>
/// Measures batch norm's running statistics for weights that no step has run with, such as an average: the mean over the batches of an epoch, each with the same share, as
/// torch.optim.swa_utils.update_bn does. Norms that a stage leaves alone stay as they are, to the bit.
/// </summary>
internal static class NormStatistics
{
    /// <param name="step">Of the stage; its weights are taken as they are.</param>
    /// <param name="epoch">Whose order and augmentation the pictures have.</param>
    /// <param name="firstStep">Keys dropout.</param>
    /// <returns>The mean loss of the batches.</returns>
    public static double Measure(ResNet model, TrainStep step, IBatchFeeder feeder, int epoch, int firstStep, CancellationToken stop)
    {
        const double momentum = ConvolutionNorm.NormMomentum;
        var buffers = model.Parameters.FlatBuffers;
        int count = buffers.IsNone ? 0 : (int)buffers.Count, batches = feeder.BatchesPerEpoch;
        float[] start = new float[count], before = new float[count], after = new float[count];
        double[] sums = new double[count];
        var moved = new bool[count];
        double loss = 0;
        if (count > 0) model.Device.Download<float>(buffers, start);
        start.CopyTo(before, 0);
        step.Prepare();
        feeder.Start(epoch, 0);
        for (int batch = 0; batch < batches; batch++)
        {
            stop.ThrowIfCancellationRequested();
            feeder.Next(step);
            loss += step.Loss(firstStep + batch);
            if (count == 0) continue;
            model.Device.Download<float>(buffers, after);
            for (int i = 0; i < count; i++)
            {
                // running ← (1 − m)·running + m·batch
                sums[i] += (after[i] - (1 - momentum) * before[i]) / momentum;
                moved[i] |= after[i] != before[i];
            }
            (before, after) = (after, before);
        }
        for (int i = 0; i < count; i++) before[i] = moved[i] ? (float)(sums[i] / batches) : start[i];
        if (count > 0) model.Device.Upload<float>(before, buffers);
        return loss / batches;
    }
}
