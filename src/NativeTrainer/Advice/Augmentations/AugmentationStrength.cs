using System.Globalization;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Augmentations;

/// <summary>Which preset suits how much data.</summary>
public static class AugmentationStrength
{
    /// <param name="headOnly">Only the classifier learns.</param>
    /// <param name="fromScratch">The backbone starts at random.</param>
    /// <returns>A preset of <see cref="AugmentationOptions.PresetNames"/> and the reason.</returns>
    public static (string Preset, string Reason) For(double imagesPerClass, bool headOnly, bool fromScratch)
    {
        string few = string.Create(CultureInfo.InvariantCulture, $"{imagesPerClass:0} images a class");
        if (headOnly) return ("none", "the features of un-augmented pictures are computed once, and a linear head on them has little to overfit with");
        if (fromScratch) return ("medium", $"a network from random weights sees {few} many times over; turns, colour and erasing keep it from learning them by heart");
        return ("light", $"crops and mirror images suit pretrained layers in a short run on {few}");
    }
}
