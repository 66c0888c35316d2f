using NativeTrainer.Graph;
using NativeTrainer.Graph.Steps;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.Evaluation.Explaining;

/// <summary>
/// The map A that a stage hands on for one picture, and d(logit of a class)/dA by the backward pass of training with norms at their running statistics: (H,W,C) each.
/// The stage and all before it run as inference.
/// </summary>
internal sealed class StageGradient : IDisposable
{
    private readonly ResNet _model;
    private readonly StepGraph _graph;
    private readonly Arena _arena;
    private readonly Value _pixels, _logits;
    private readonly GradientTapStep _tap;
    private readonly RunContext _context = new();

    /// <param name="model">In float32; nothing of it marked to be trained.</param>
    /// <param name="size">Side of the picture in pixels.</param>
    /// <param name="stage">One of <see cref="ResNet.StageNames"/> but the head.</param>
    public StageGradient(ResNet model, int size, string stage)
    {
        _model = model;
        // Training, so that steps behind the stage have a backward pass.
        var builder = new GraphBuilder(model.Device, GraphMode.Training, model.Precision);
        _pixels = builder.Input("pixels", new Shape(1, size, size, model.Spec.InputChannels), DType.UInt8);
        GradientTapStep? tap = null;
        Value Tap(string name, Value map)
        {
            if (name != stage) return map;
            tap = new GradientTapStep(model.Device, $"{stage} map", map);
            return builder.Add(tap);
        }
        var features = model.Features(builder, builder.Add(new NormalizeStep(model.Device, _pixels, model.Spec.Preprocessing)), BatchNormPolicy.Eval, Tap);
        _logits = model.Logits(builder, features);
        _tap = tap ?? throw new ArgumentException($"the network has no stage '{stage}'", nameof(stage));
        _graph = builder.Build([_logits, _tap.Output, _tap.Gradient]);
        _arena = model.Device.Allocate(_graph.ArenaBytes);
        _graph.Bind(_arena);
        Prepare();
        Shape = _tap.Output.Shape;
        (Map, Gradient, Logits) = (new float[Shape.Count], new float[Shape.Count], new float[model.Spec.Head.Classes]);
    }

    /// <summary>(1,H,W,C).</summary>
    public Shape Shape { get; }

    public float[] Map { get; }

    public float[] Gradient { get; }

    public float[] Logits { get; }

    /// <summary>Takes up the weights as they are now.</summary>
    public void Prepare()
    {
        _model.Parameters.RefreshCopies();
        _graph.Prepare();
    }

    /// <summary>Fills <see cref="Logits"/> and <see cref="Map"/>.</summary>
    /// <param name="pixels">(size, size, channels), 0…255.</param>
    public void Forward(ReadOnlySpan<byte> pixels)
    {
        _model.Device.Upload(pixels, _pixels.Data);
        _graph.Forward(_context);
        _model.Device.Download<float>(_logits.Data, Logits);
        _model.Device.Download<float>(_tap.Output.Data, Map);
    }

    /// <summary>Fills <see cref="Gradient"/> of the picture that <see cref="Forward"/> saw last; once for each.</summary>
    public void Backward(int @class)
    {
        var first = new float[Logits.Length];
        first[@class] = 1;
        // Nothing writes the last value's gradient, so that what lies in it is where backward starts.
        _model.Device.Upload<float>(first, _logits.Gradient);
        _graph.Backward(_context);
        _model.Device.Download<float>(_tap.Gradient.Data, Gradient);
    }

    public void Dispose() => _arena.Dispose();
}
