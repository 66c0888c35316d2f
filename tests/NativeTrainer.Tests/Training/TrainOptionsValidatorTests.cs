using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Training;

public sealed class TrainOptionsValidatorTests
{
    private static readonly TrainOptions Good = new() { Data = "photos", Model = "resnet18" };

    public static TheoryData<string, TrainOptions> Wrong => new()
    {
        { "--data", Good with { Data = " " } },
        { "--weights", Good with { Model = null } },
        { "--model resnet19 is not known", Good with { Model = "resnet19" } },
        { "--freeze and --train-only", Good with { Freeze = ["conv1"], TrainOnly = ["fc"] } },
        { "--size 8 is out of range; it takes 16 to 4096", Good with { Size = 8 } },
        { "--size 4097", Good with { Size = 4097 } },
        { "--epochs 0", Good with { Epochs = 0 } },
        { "--head-epochs -1", Good with { HeadEpochs = -1 } },
        { "--batch 0", Good with { Batch = 0 } },
        { "--accumulate 0", Good with { Accumulate = 0 } },
        { "--lr -0.1 is out of range; it takes 0 to 100", Good with { LearningRate = -0.1f } },
        { "--lr NaN", Good with { LearningRate = float.NaN } },
        { "--lr-for fc", Good with { LearningRateFor = new Dictionary<string, float> { ["fc"] = -1 } } },
        { "--layer-decay -0.5 is out of range; it takes 0 to 1", Good with { LayerDecay = -0.5f } },
        { "--unfreeze belongs to --strategy gradual", Good with { Unfreeze = UnfreezeKind.Plateau } },
        { "--unfreeze-patience 0 is out of range", Good with { UnfreezePatience = 0 } },
        { "--momentum 1 is out of range; it takes 0 to less than 1", Good with { Momentum = 1 } },
        { "--nesterov", Good with { Nesterov = true, Momentum = 0 } },
        { "--nesterov", Good with { Nesterov = true, Optimizer = OptimizerKind.AdamW } },
        { "--weight-decay -1", Good with { WeightDecay = -1 } },
        { "--warmup -1", Good with { WarmupEpochs = -1 } },
        { "--warmup 2.5 is as long as --epochs 2", Good with { WarmupEpochs = 2.5f, Epochs = 2 } },
        { "--step-epochs 0", Good with { StepEpochs = 0 } },
        { "--step-gamma 0", Good with { StepGamma = 0 } },
        { "--clip -1 is out of range; it takes 0 or more", Good with { ClipNorm = -1 } },
        { "--clip", Good with { ClipNorm = float.PositiveInfinity } },
        { "--label-smoothing 1", Good with { LabelSmoothing = 1 } },
        { "--ema 1", Good with { Ema = 1 } },
        { "--distill-alpha 0", Good with { DistillAlpha = 0 } },
        { "--distill-temperature 0", Good with { DistillTemperature = 0 } },
        { "--swa 9", Good with { Swa = 9 } },
        { "--swa 1", Good with { Swa = 1 } },
        { "--swa and --ema", Good with { Swa = 2, Ema = 0.9f } },
        { "--patience -1", Good with { Patience = -1 } },
        { "--head-hidden 0", Good with { HeadHidden = [256, 0] } },
        { "--head-hidden: 9 layers", Good with { HeadHidden = [1, 2, 3, 4, 5, 6, 7, 8, 9] } },
        { "--head-dropout 1", Good with { HeadDropout = 1 } },
        { "--val-fraction 0 ", Good with { ValidationFraction = 0 } },
        { "--val-fraction 1 ", Good with { ValidationFraction = 1 } },
        { "--threads 257", Good with { Threads = 257 } },
        { "--cache -1", Good with { CacheBytes = -1 } },
        { "--save-every -1", Good with { SaveEvery = -1 } },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void AWrongValueIsNamedWithItsRange(string mentioned, TrainOptions options)
    {
        var error = Assert.Throws<UserException>(() => TrainOptionsValidator.Validate(options));

        Assert.Contains(mentioned, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void DefaultsAndTheEdgesOfTheRangesPass()
    {
        TrainOptionsValidator.Validate(Good);
        TrainOptionsValidator.Validate(Good with { Size = 16, LayerDecay = 1, Momentum = 0, Threads = 256, CacheBytes = 0, HeadEpochs = 0, ValidationFraction = 0.01f });
    }
}
