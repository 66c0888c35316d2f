using NativeTrainer.Graph;
using NativeTrainer.Graph.Steps;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.SigmoidCrossEntropy;
using NativeTrainer.Kernels.SoftmaxCrossEntropy;
using NativeTrainer.Layers;
using NativeTrainer.Training;

namespace NativeTrainer.Models;

/// <summary>A ResNet by its spec: a forward-only description with torchvision's parameter names, and the parameters on a device.</summary>
public sealed class ResNet : IDisposable
{
    private readonly ConvolutionNorm _stem;
    private readonly List<(string Stage, ResidualBlock Block)> _blocks = [];
    private readonly ClassifierHead? _head;

    /// <param name="spec">Its shape is checked here.</param>
    /// <param name="device">Where the parameters live; they start at zero: call <see cref="Initialize"/> or load weights.</param>
    /// <param name="precision">Float32, or on a GPU another.</param>
    /// <exception cref="ArgumentException">The spec contradicts itself.</exception>
    public ResNet(ResNetSpec spec, Device device, Precision precision = Precision.Float32)
    {
        Check(spec);
        (Spec, Device, Precision) = (spec, device, precision);
        _stem = new ConvolutionNorm(Parameters, "conv1", "bn1", spec.InputChannels, spec.StemChannels, spec.StemKernel, spec.StemStride, spec.Norm, spec.NormEpsilon);
        int channels = spec.StemChannels;
        for (int stage = 0; stage < spec.Depths.Count; stage++)
        {
            for (int block = 0; block < spec.Depths[stage]; block++)
            {
                int stride = block == 0 ? spec.Strides[stage] : 1;
                _blocks.Add(($"layer{stage + 1}", new ResidualBlock(Parameters, spec, $"layer{stage + 1}.{block}", channels, spec.Widths[stage], stride)));
                channels = spec.Widths[stage] * spec.Expansion;
            }
        }
        if (spec.Head.Neighbours is { } neighbours)
        {
            Parameters.AddBuffer(NeighbourHead.Bank, new Shape(neighbours.Images, spec.Features));
            Parameters.AddBuffer(NeighbourHead.BankLabels, new Shape(neighbours.Images));
        }
        else _head = new ClassifierHead(Parameters, spec.Head, spec.Features);
        Parameters.Allocate(device, precision);
    }

    public ResNetSpec Spec { get; }

    public Device Device { get; }

    /// <summary>Of the convolutions and what lies between them.</summary>
    public Precision Precision { get; }

    public ParameterSet Parameters { get; } = new();

    /// <summary>What can be frozen by name, input first: conv1, layer1 …, fc. <c>conv1</c> stands for the stem with its norm.</summary>
    public IReadOnlyList<string> StageNames => ["conv1", .. Enumerable.Range(1, Spec.Depths.Count).Select(i => $"layer{i}"), "fc"];

    /// <summary>The smallest square input that leaves at least one pixel at the last stage.</summary>
    public int Reduction => Spec.StemStride * (Spec.Pool?.Stride ?? 1) * Spec.Strides.Aggregate(1, (product, stride) => product * stride);

    /// <summary>Images (N,H,W,C), normalised, to features (N, <see cref="ResNetSpec.Features"/>).</summary>
    public Value Features(GraphBuilder graph, Value x, BatchNormPolicy policy = BatchNormPolicy.Auto) => Features(graph, x, policy, (_, map) => map);

    /// <param name="afterStage">Takes each stage's name and map (N,H,W,C) and gives what the next stage reads.</param>
    internal Value Features(GraphBuilder graph, Value x, BatchNormPolicy policy, Func<string, Value, Value> afterStage)
    {
        var norms = new BatchNormPolicyFor(policy);
        var y = afterStage("conv1", graph.AddSegment(() => Stem(graph, norms, x)));
        for (int i = 0; i < _blocks.Count; i++)
        {
            var ((stage, block), input) = (_blocks[i], y);
            y = graph.AddSegment(() => block.Forward(graph, norms, input));
            if (i + 1 == _blocks.Count || _blocks[i + 1].Stage != stage) y = afterStage(stage, y);
        }
        return graph.Add(new GlobalAveragePoolStep(graph.Device, "avgpool", y));
    }

    private Value Stem(GraphBuilder graph, BatchNormPolicyFor norms, Value x)
        => Spec.Pool is { } pool ? _stem.ForwardPooled(graph, norms, x, pool) : _stem.Forward(graph, norms, x, null, relu: true);

    /// <summary>Features (N, F) to logits (N, classes).</summary>
    /// <exception cref="UserException">The head is one of nearest neighbours, which no graph computes.</exception>
    public Value Logits(GraphBuilder graph, Value features) => (_head ?? throw new UserException($"'{Spec.Name}' ends in a nearest-neighbour head, which is no layer of a network: it cannot be trained, explained by gradients or written as ONNX; fit another one with --few-shot-head ridge")).Forward(graph, features);

    /// <summary>The head that votes, as it is now; null of one of linear layers.</summary>
    internal NeighbourHead? Neighbours()
    {
        if (Spec.Head.Neighbours is not { } spec) return null;
        var (bank, labels) = (new float[spec.Images * Spec.Features], new float[spec.Images]);
        Device.Download<float>(Parameters.Buffers.Single(b => b.Name == NeighbourHead.Bank).Data, bank);
        Device.Download<float>(Parameters.Buffers.Single(b => b.Name == NeighbourHead.BankLabels).Data, labels);
        int[] classes = [.. labels.Select(label => (int)label)];
        if (classes.Any(c => c < 0 || c >= Spec.Head.Classes)) throw new UserException($"'{Spec.Name}': {NeighbourHead.BankLabels} has classes outside 0 to {Spec.Head.Classes - 1}; the file is damaged");
        return new NeighbourHead(spec, Spec.Head.Classes, bank, classes);
    }

    /// <summary>Features (N, F) to probabilities (N, classes), for inference: a softmax, or sigmoids where classes do not exclude each other.</summary>
    internal Value Probabilities(GraphBuilder graph, Value features)
    {
        var logits = Logits(graph, features);
        var (n, classes) = (logits.Shape[0], logits.Shape[1]);
        return graph.Add(Spec.Head.MultiLabel ? new ProbabilityStep("sigmoid", Sigmoid.Plan(Device, n, classes), logits) : new ProbabilityStep("softmax", Softmax.Plan(Device, n, classes), logits));
    }

    /// <summary>Random weights as torchvision: convolutions He-normal by fan-out, linear layers uniform by fan-in, norms at identity.</summary>
    public void Initialize(ulong seed) => Initialize(seed, _ => true);

    /// <summary>Random weights for the chosen parameters and buffers only.</summary>
    public void Initialize(ulong seed, Func<Parameter, bool> chosen)
    {
        foreach (var parameter in Parameters.All.Where(chosen)) Initialization.Apply(Device, parameter, seed);
    }

    public void Dispose() => Parameters.Dispose();

    private static void Check(ResNetSpec spec)
    {
        if (spec.Depths.Count is < 1 or > 8 || spec.Widths.Count != spec.Depths.Count || spec.Strides.Count != spec.Depths.Count)
            throw new ArgumentException($"spec '{spec.Name}': {spec.Depths.Count} depths, {spec.Widths.Count} widths and {spec.Strides.Count} strides; one of each per stage, 1 to 8 stages");
        if (spec.Depths.Concat(spec.Widths).Concat(spec.Strides).Any(v => v < 1))
            throw new ArgumentException($"spec '{spec.Name}': depths, widths and strides are at least 1");
        if (spec.StemKernel % 2 == 0 || spec.StemKernel < 1) throw new ArgumentException($"spec '{spec.Name}': the stem's kernel is {spec.StemKernel}; it must be odd");
        if (spec.ShortcutKernel % 2 == 0 || spec.ShortcutKernel < 1) throw new ArgumentException($"spec '{spec.Name}': the shortcuts' kernel is {spec.ShortcutKernel}; it must be odd");
        if (spec.Head.Classes < 2) throw new ArgumentException($"spec '{spec.Name}': {spec.Head.Classes} classes; at least 2");
        if (spec.Head.Neighbours is { } neighbours && (neighbours.Count < 1 || neighbours.Images < 1 || !(neighbours.Divisor > 0)))
            throw new ArgumentException($"spec '{spec.Name}': {neighbours.Count} neighbours of {neighbours.Images} images, divided by {neighbours.Divisor}; all are above 0");
        if (spec.Head.Dropout is < 0 or >= 1) throw new ArgumentException($"spec '{spec.Name}': dropout {spec.Head.Dropout}; at least 0 and below 1");
    }
}
