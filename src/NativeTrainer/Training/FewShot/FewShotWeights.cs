using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Training.FewShot;

/// <summary>A network with a few-shot head as a weights file: linear ones are an ordinary <c>fc</c>, nearest neighbours keep their images.</summary>
internal static class FewShotWeights
{
    /// <param name="model">Whose backbone it is.</param>
    /// <param name="card">Labels, licence, notes.</param>
    public static ModelWeights Of(ResNet model, FewShotHead head, ModelWeights card)
    {
        var weights = ModelTransfer.Export(model, card);
        int features = model.Spec.Features, classes = model.Spec.Head.Classes;
        var tensors = weights.Tensors.Where(tensor => !tensor.Key.StartsWith("fc.", StringComparison.Ordinal)).ToDictionary();
        if (head.Linear is { } linear)
        {
            tensors["fc.weight"] = new HostTensor([classes, features], [.. linear.Weights.Select(w => (float)w)]);
            tensors["fc.bias"] = new HostTensor([classes], [.. linear.Bias.Select(b => (float)b)]);
            return weights with { Tensors = tensors };
        }
        var neighbours = head.Neighbours!;
        tensors[NeighbourHead.Bank] = new HostTensor([neighbours.Spec.Images, features], neighbours.Images);
        tensors[NeighbourHead.BankLabels] = new HostTensor([neighbours.Spec.Images], [.. neighbours.Labels.Select(label => (float)label)]);
        return weights with { Spec = weights.Spec with { Head = weights.Spec.Head with { Neighbours = neighbours.Spec } }, Tensors = tensors };
    }
}
