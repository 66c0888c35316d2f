using NativeTrainer.Models;
using NativeTrainer.Training.FewShot;
using NativeTrainer.Weights;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Output;

/// <summary>A weights file for people.</summary>
internal static class ModelReport
{
    private const int ShownLabels = 12;

    public static void Write(TextWriter output, ModelWeights model)
    {
        var (spec, input) = (model.Spec, model.Spec.Preprocessing);
        void Line(string name, string value) => output.WriteLine($"{name,-14}{value}");
        Line("model", $"{spec.Name}, {Count(model.Tensors.Sum(t => (long)t.Value.Data.Length))} values in {model.Tensors.Count} tensors");
        Line("blocks", $"{spec.Block.ToString().ToLowerInvariant()}, {string.Join("-", spec.Depths)} in stages of width {string.Join("-", spec.Widths)}, strides {string.Join("-", spec.Strides)}{Stride(spec)}");
        Line("stem", $"{spec.StemKernel}×{spec.StemKernel} stride {spec.StemStride} to {spec.StemChannels} channels{Pool(spec.Pool)}");
        Line("norm", Norm(model));
        Line("head", string.Join(" → ", [Invariant($"{spec.Features} features"), .. Layers(spec.Head), $"{spec.Head.Classes} classes"]));
        if (model.Notes.GetValueOrDefault(FewShotNote.Key) is string fitted) Line("fitted", fitted);
        Line("input", Invariant($"{input.Size}×{input.Size}×{spec.InputChannels}, crop ratio {input.CropRatio}, {input.Interpolation}, mean {string.Join(", ", input.Mean)}, std {string.Join(", ", input.Std)}"));
        Line("labels", model.Labels is null ? "none; classes are numbered" : string.Join(", ", model.Labels.Take(ShownLabels)) + (model.Labels.Count > ShownLabels ? $" … ({model.Labels.Count})" : ""));
        Line("licence", model.License ?? "not stated");
        Line("source", model.Source ?? "not stated");
        if (model.Assumed is string assumed) Line("assumed", assumed);
    }

    private static IEnumerable<string> Layers(HeadSpec head)
        => head.Neighbours is { } neighbours ? [Invariant($"the {neighbours.Count} nearest of {neighbours.Images} images vote")] : head.Hidden.Select(width => $"{width}");

    public static string Norm(ModelWeights model)
        => (model.Spec.Norm == NormKind.BatchNorm ? Invariant($"batch norm, epsilon {model.Spec.NormEpsilon}") : "none: convolution and bias")
            + (model.Notes.GetValueOrDefault(Weights.Onnx.OnnxConverter.NormKey) is string origin ? $" ({origin})" : "");

    private static string Stride(ResNetSpec spec) => spec.Block == BlockKind.Basic ? "" : spec.StrideOnFirst1x1 ? " on the first 1×1 (v1)" : " on the 3×3 (v1.5)";

    private static string Pool(StemPool? pool)
        => pool is null ? ", no pool" : $", max pool {pool.Kernel}×{pool.Kernel} stride {pool.Stride}{(pool.Pad > 0 ? $" pad {pool.Pad}" : "")}{(pool.CeilMode ? ", sizes rounded up" : "")}";
}
