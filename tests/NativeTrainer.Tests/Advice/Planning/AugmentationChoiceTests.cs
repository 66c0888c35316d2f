using NativeTrainer.Advice.Augmentations;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Advice.Planning;

public class AugmentationChoiceTests
{
    private static readonly AugmentationRisk Mirror = new("hflip", "six", Plain: 0.95, Augmented: 0.4, "nine", "hflip may change the label of 'six'");

    private static readonly TrainOptions Options = new() { Data = "digits", Augment = "light" };

    [Fact]
    public void WhatChangesALabelIsTakenOutAndTheClassIsNamed()
    {
        PlanChoice[] choices = [new("--lr", "5e-3", "usual"), new("--augment", "light", "few images")];
        var (options, safe) = AugmentationChoice.Without([Mirror], Options, choices);
        Assert.Equal(0, AugmentationOptions.Parse(options.Augment).HorizontalFlip);
        Assert.Equal(("light,hflip=0", choices[0]), (options.Augment, safe[0]));
        Assert.Equal("light,hflip=0", safe[1].Value);
        Assert.Contains("without hflip, for hflip may change the label of 'six'", safe[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatTheUserGaveStays()
    {
        PlanChoice[] choices = [new("--augment", "light", "as you gave it", Given: true)];
        var (options, kept) = AugmentationChoice.Without([Mirror], Options, choices);
        Assert.Equal((Options, choices[0]), (options, kept.Single()));
    }
}
