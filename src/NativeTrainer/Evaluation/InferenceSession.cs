using NativeTrainer.Graph;
using NativeTrainer.Graph.Steps;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Models;

namespace NativeTrainer.Evaluation;

/// <summary>What an inference session computes for each image.</summary>
internal enum InferenceOutput
{
    /// <summary>One per class, summing to 1.</summary>
    Probabilities,

    /// <summary>The vector after global average pooling.</summary>
    Features,
}

/// <summary>
/// A model's forward pass at a fixed size and batch, norms folded. Its memory may be shared with graphs that do not run at the same
/// time. An image's result does not depend on the images beside it; a batch that is not full is padded with what lay there before.
/// </summary>
internal sealed class InferenceSession
{
    private readonly ResNet _model;
    private readonly StepGraph _graph;
    private readonly Value _pixels;
    private readonly Value _output;
    private readonly RunContext _context = new();
    private readonly float[] _result;
    private readonly byte[] _staging;

    public InferenceSession(ResNet model, int size, int batch, InferenceOutput output)
    {
        _model = model;
        var builder = new GraphBuilder(model.Device, GraphMode.Inference);
        _pixels = builder.Input("pixels", new Shape(batch, size, size, 3), DType.UInt8);
        var features = model.Features(builder, builder.Add(new NormalizeStep(model.Device, _pixels, model.Spec.Preprocessing)));
        _output = output == InferenceOutput.Features ? features : builder.Add(new SoftmaxStep(model.Device, model.Logits(builder, features)));
        _graph = builder.Build([_output]);
        _result = new float[_output.Shape.Count];
        _staging = new byte[_pixels.Shape.Count];
        Batch = batch;
    }

    public int Batch { get; }

    /// <summary>Values per image.</summary>
    public int Width => _output.Shape[1];

    public long ArenaBytes => _graph.ArenaBytes;

    public void Bind(Arena arena) => _graph.Bind(arena);

    /// <summary>Results of all images of a source, in its order: (images, <see cref="Width"/>), row-major.</summary>
    public float[] Run(BatchSource source, CancellationToken stop = default)
    {
        _graph.Prepare();
        int count = source.Samples.Count, done = 0;
        var results = new float[(long)count * Width];
        int[] order = [.. Enumerable.Range(0, count)];
        foreach (var batch in source.Epoch(order))
        {
            stop.ThrowIfCancellationRequested();
            batch.Pixels.AsSpan(0, batch.Count * (_staging.Length / Batch)).CopyTo(_staging);
            _model.Device.Upload<byte>(_staging, _pixels.Data);
            _graph.Forward(_context);
            _model.Device.Download<float>(_output.Data, _result);
            _result.AsSpan(0, batch.Count * Width).CopyTo(results.AsSpan(done * Width));
            done += batch.Count;
        }
        return results;
    }
}
