using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Weights;

/// <summary>Safetensors of PyTorch programs to files that say what they are: architecture, preprocessing, labels, licence.</summary>
public static class StateDictConverter
{
    /// <param name="options"><see cref="ConvertOptions.Calibrate"/> has nothing to recover here.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="UserException">The file cannot be read or is no ResNet, with the tensor and the reason.</exception>
    public static ModelWeights Convert(ConvertOptions options)
    {
        if (options.Calibrate is not null) throw new UserException($"--calibrate recovers batch norm that an ONNX file has folded; {options.Input} is safetensors, so leave it out");
        var weights = ModelFile.Load(options.Input);
        weights = weights with
        {
            Spec = weights.Spec with { Preprocessing = options.Over(weights.Spec.Preprocessing) },
            Labels = options.Labels ?? weights.Labels,
            License = options.License ?? weights.License,
            Source = options.Source ?? weights.Source,
        };
        if (weights.Labels is { } labels && labels.Count != weights.Spec.Head.Classes)
            throw new UserException($"--labels has {labels.Count} names; {options.Input} has {weights.Spec.Head.Classes} classes");
        ModelFile.Save(options.Output, weights);
        return weights;
    }
}
