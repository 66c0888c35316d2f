using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.PtxExecutor.Ilgpu;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Training;

/// <summary>Whole runs on a card of text: pictures, augmentation, recorded steps, losses one step late, validation, checkpoints.</summary>
public sealed class CardRunTests : IDisposable
{
    private readonly SmallPictures _pictures = new(train: 4, validation: 1);

    /// <summary>
    /// The losses of the same batches in the same order: another picture, key or update would move them by far more. What the arithmetic may move them by
    /// is derived and held in <see cref="Graph.GpuTrainStepTests"/>.
    /// </summary>
    [Fact]
    public void ARunIsAsOnTheProcessor()
    {
        var options = Options("processor") with { Precision = PrecisionChoice.Fp32, Ema = 0.9f, Accumulate = 2 };
        Recorder processor = new(), card = new();
        var expected = Trainer.Train(options, processor);
        var result = Trainer.Train(options with { Out = _pictures.In("card") }, card, _ => PtxDevice.Open());
        Assert.Equal(processor.Losses.Count, card.Losses.Count);
        for (int i = 0; i < card.Losses.Count; i++) Assert.Equal(processor.Losses[i], card.Losses[i], 1e-3 * processor.Losses[i]);
        Assert.Equal(expected.Best.Loss, result.Best.Loss, 1e-3 * expected.Best.Loss);
    }

    [Fact]
    public void ALostCardLeavesACheckpointToGoOnFrom()
    {
        PtxDevice? device = null;
        // In the middle of the second epoch's second step.
        var recorder = new Recorder { AfterEpoch = () => device!.LaunchesUntilLost = 150 };
        var lost = Assert.Throws<DeviceException>(() => Trainer.Train(Options("lost"), recorder, _ => device = PtxDevice.Open()));
        Assert.Contains("the card is lost", lost.Message);
        Assert.Equal(1, recorder.Epochs);
        var second = new Recorder();
        var result = Trainer.Resume(_pictures.In("lost"), second);
        Assert.Equal(1, second.Epochs);
        Assert.False(result.Interrupted);
    }

    [Fact]
    public void TooLittleFreeMemoryNamesTheBatchThatFits()
    {
        var error = Assert.Throws<UserException>(() => Trainer.Train(Options("small") with { Batch = 1000 }, new Recorder(), _ =>
        {
            var device = PtxDevice.Open();
            device.FreeMemory = 1_000_000;
            return device;
        }));
        Assert.Matches(@"needs \d+ MB of its memory at --batch \d+, 1 MB are free; --batch \d+ would fit", error.Message);
    }

    public void Dispose() => _pictures.Dispose();

    private TrainOptions Options(string run) => _pictures.Options(run) with { Augment = "medium", Size = 16, Batch = 4, Epochs = 2 };
}
