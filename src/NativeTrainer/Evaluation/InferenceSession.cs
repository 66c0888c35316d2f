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

    /// <summary>One per class, before softmax.</summary>
    Logits,

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
        var builder = new GraphBuilder(model.Device, GraphMode.Inference, model.Precision);
        _pixels = builder.Input("pixels", new Shape(batch, size, size, model.Spec.InputChannels), DType.UInt8);
        var features = model.Features(builder, builder.Add(new NormalizeStep(model.Device, _pixels, model.Spec.Preprocessing)));
        _output = output switch
        {
            InferenceOutput.Features => features,
            InferenceOutput.Logits => model.Logits(builder, features),
            _ => builder.Add(new SoftmaxStep(model.Device, model.Logits(builder, features))),
        };
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
        int count = source.Samples.Count, done = 0;
        var results = new float[(long)count * Width];
        int[] order = [.. Enumerable.Range(0, count)];
        Prepare();
        foreach (var batch in source.Epoch(order))
        {
            stop.ThrowIfCancellationRequested();
            RunPrepared(batch.Pixels, batch.Count, results.AsSpan(done * Width, batch.Count * Width));
            done += batch.Count;
        }
        return results;
    }

    private void Prepare()
    {
        _model.Parameters.RefreshCopies();
        _graph.Prepare();
    }

    /// <summary>Results of up to <see cref="Batch"/> images.</summary>
    /// <param name="pixels">(images, H, W, C), 0…255.</param>
    /// <param name="results">(images, <see cref="Width"/>).</param>
    public void RunBatch(ReadOnlySpan<byte> pixels, int images, Span<float> results)
    {
        Prepare();
        RunPrepared(pixels, images, results);
    }

    /// <summary>As <see cref="RunBatch"/>, with the weights as they were at the last call of it.</summary>
    public void RunPrepared(ReadOnlySpan<byte> pixels, int images, Span<float> results)
    {
        pixels[..(images * (_staging.Length / Batch))].CopyTo(_staging);
        _model.Device.Upload<byte>(_staging, _pixels.Data);
        _graph.Forward(_context);
        _model.Device.Download<float>(_output.Data, _result);
        _result.AsSpan(0, images * Width).CopyTo(results);
    }
}
