using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Weights;

namespace NativeTrainer.Models;

/// <summary>Between a weights file and a model on a device.</summary>
public static class ModelTransfer
{
    /// <summary>A model exactly as the file says.</summary>
    /// <param name="path">For messages.</param>
    /// <exception cref="UserException">A tensor is missing or of another shape.</exception>
    public static ResNet Load(string path, ModelWeights weights, Device device, PrecisionChoice precision = PrecisionChoice.Auto)
    {
        var model = new ResNet(weights.Spec, device, precision.For(weights.Spec, device));
        foreach (var parameter in model.Parameters.All)
        {
            if (!Upload(path, weights, model, parameter))
                throw new UserException($"{path}: {parameter.Name} is missing, which the spec '{weights.Spec.Name}' has; convert the model again");
        }
        return model;
    }

    /// <summary>The file's spec with the stages that the named network has beyond it.</summary>
    /// <exception cref="UserException">The file is of another network.</exception>
    public static ResNetSpec Grow(string path, ResNetSpec have, string name)
    {
        var want = ResNetSpec.Known(name);
        int stages = have.Depths.Count;
        bool begins = have.Block == want.Block && have.StemChannels == want.StemChannels && stages <= want.Depths.Count && have.Depths.SequenceEqual(want.Depths.Take(stages))
            && have.Widths.SequenceEqual(want.Widths.Take(stages)) && have.Strides.SequenceEqual(want.Strides.Take(stages));
        if (!begins) throw new UserException($"{path}: holds {Describe(have)}, not {Describe(want)}; leave --model out, or give weights of {name}");
        return have with { Name = name, Depths = want.Depths, Widths = want.Widths, Strides = want.Strides };
    }

    /// <summary>
    /// A model to fine-tune: the file's backbone, and its head where it fits the classes. What the file lacks starts at random and is noted.
    /// </summary>
    /// <param name="head">The head wanted.</param>
    /// <param name="classes">Names of the data's classes.</param>
    /// <param name="note">Hears what was replaced or initialised.</param>
    public static ResNet LoadForTraining(string path, ModelWeights weights, HeadSpec head, IReadOnlyList<string> classes, Device device, ulong seed, Action<string> note,
        PrecisionChoice precision = PrecisionChoice.Auto)
    {
        var old = weights.Spec.Head;
        bool fits = weights.Tensors.GetValueOrDefault(old.Hidden.Count > 0 ? "fc.0.weight" : "fc.weight") is { Shape: [_, var features] } && features == weights.Spec.Features;
        bool keepHead = fits && old.Classes == head.Classes && old.Hidden.SequenceEqual(head.Hidden) && old.MultiLabel == head.MultiLabel && (weights.Labels is null || weights.Labels.SequenceEqual(classes));
        var model = new ResNet(weights.Spec with { Head = head }, device, precision.For(weights.Spec, device));
        var missing = new List<string>();
        foreach (var parameter in model.Parameters.All)
        {
            bool inHead = parameter.Name.StartsWith("fc.", StringComparison.Ordinal);
            if ((inHead && !keepHead) || !Upload(path, weights, model, parameter))
            {
                Initialization.Apply(device, parameter, seed);
                if (!inHead) missing.Add(parameter.Name);
            }
        }
        if (!keepHead) note($"new head: {Describe(head)} in place of the file's {Describe(old)}{(fits && old.Neighbours is null && old.Classes == head.Classes && old.Hidden.SequenceEqual(head.Hidden) ? ", whose labels are others" : "")}");
        if (missing.Count > 0) note($"{missing.Count} tensors are not in {path} and start at random (He): {string.Join(", ", missing.Select(Stage).Distinct())}");
        return model;
    }

    /// <summary>The model as it is now, with the card's labels, licence and notes.</summary>
    public static ModelWeights Export(ResNet model, ModelWeights card)
    {
        var tensors = new Dictionary<string, HostTensor>();
        foreach (var parameter in model.Parameters.All)
        {
            var values = new float[parameter.Shape.Count];
            model.Device.Download<float>(parameter.Data, values);
            tensors[parameter.Name] = new HostTensor(WeightLayout.OnDisk(parameter.Shape), WeightLayout.ToDisk(values, parameter.Shape));
        }
        return card with { Spec = model.Spec, Tensors = tensors };
    }

    private static bool Upload(string path, ModelWeights weights, ResNet model, Graph.Parameter parameter)
    {
        if (!weights.Tensors.TryGetValue(parameter.Name, out var tensor)) return false;
        int[] expected = WeightLayout.OnDisk(parameter.Shape);
        if (!tensor.Shape.SequenceEqual(expected))
            throw new UserException($"{path}: {parameter.Name} is ({string.Join(", ", tensor.Shape)}), the model expects ({string.Join(", ", expected)}); is it the weights of another architecture than '{weights.Spec.Name}'?");
        model.Device.Upload<float>(WeightLayout.FromDisk(tensor.Data, parameter.Shape), parameter.Data);
        return true;
    }

    private static string Describe(ResNetSpec spec)
        => $"{spec.Name} ({spec.Block.ToString().ToLowerInvariant()} blocks {string.Join('-', spec.Depths)}, widths {string.Join('-', spec.Widths)})";

    private static string Describe(HeadSpec head)
        => head.Neighbours is { } neighbours ? $"{neighbours.Count} nearest of {neighbours.Images} images, which cannot be trained" : $"{string.Join(" → ", head.Hidden.Append(head.Classes))} classes";

    private static string Stage(string name) => name.Split('.')[0];
}
