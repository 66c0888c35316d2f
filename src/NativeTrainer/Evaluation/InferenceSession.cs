using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Graph;
using NativeTrainer.Graph.Steps;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;

namespace NativeTrainer.Evaluation;

/// <summary>What an inference session computes for each image.</summary>
internal enum InferenceOutput
{
    /// <summary>One per class, summing to 1; where classes do not exclude each other, each for itself.</summary>
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
internal sealed class InferenceSession : IDisposable
{
    private readonly ResNet _model;
    private readonly StepGraph _graph;
    private readonly Value _pixels;
    private readonly Value _output;
    private readonly RunContext _context = new();
    private readonly Queue<int> _images = new();
    private readonly InferenceOutput _wanted;
    private NeighbourHead? _neighbours;
    private RepeatedWork? _forward;
    private Readback? _results;

    public InferenceSession(ResNet model, int size, int batch, InferenceOutput output)
    {
        (_model, _wanted) = (model, output);
        // A head of nearest neighbours votes on features, outside the graph.
        if (model.Spec.Head.Neighbours is not null) output = InferenceOutput.Features;
        var builder = new GraphBuilder(model.Device, GraphMode.Inference, model.Precision);
        _pixels = builder.Input("pixels", new Shape(batch, size, size, model.Spec.InputChannels), DType.UInt8);
        var features = model.Features(builder, builder.Add(new NormalizeStep(model.Device, _pixels, model.Spec.Preprocessing)));
        _output = output switch
        {
            InferenceOutput.Features => features,
            InferenceOutput.Logits => model.Logits(builder, features),
            _ => model.Probabilities(builder, features),
        };
        _graph = builder.Build([_output]);
        Batch = batch;
    }

    public int Batch { get; }

    /// <summary>Values per image.</summary>
    public int Width => Votes ? _model.Spec.Head.Classes : _output.Shape[1];

    /// <summary>The steps of the network, for profiles.</summary>
    public StepGraph Graph => _graph;

    private bool Votes => _wanted != InferenceOutput.Features && _model.Spec.Head.Neighbours is not null;

    public long ArenaBytes => _graph.ArenaBytes;

    public void Bind(Arena arena)
    {
        _graph.Bind(arena);
        _forward?.Dispose();
        _forward = new(() => _graph.Forward(_context));
        _results ??= _model.Device.OpenReadback((int)_output.Shape.Count, _model.Device.StepsAhead + 1);
    }

    /// <summary>Results of all images of a source, in its order: (images, <see cref="Width"/>), row-major.</summary>
    /// <param name="mirrored">Left for right.</param>
    public float[] Run(BatchSource source, CancellationToken stop = default, bool mirrored = false)
    {
        int count = source.Samples.Count, done = 0, ahead = _model.Device.StepsAhead;
        var results = new float[(long)count * Width];
        void TakeNext() => done += Take(results.AsSpan(done * Width));
        int[] order = [.. Enumerable.Range(0, count)];
        Prepare();
        foreach (var batch in source.Epoch(order))
        {
            stop.ThrowIfCancellationRequested();
            if (mirrored) Mirror(batch.Pixels.AsSpan(0, batch.Count * (int)(_pixels.Shape.Count / Batch)));
            Start(batch.Pixels, batch.Count);
            if (_images.Count > ahead) TakeNext();
        }
        while (_images.Count > 0) TakeNext();
        return results;
    }

    /// <summary>Takes up the weights as they are now, for <see cref="RunPrepared"/>.</summary>
    public void Prepare()
    {
        _model.Parameters.RefreshCopies();
        _graph.Prepare();
        if (Votes) _neighbours = _model.Neighbours();
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
        Start(pixels, images);
        Take(results);
    }

    /// <summary>Rows of RGB, in place.</summary>
    private void Mirror(Span<byte> pixels)
    {
        int width = _pixels.Shape[2], channels = _pixels.Shape[3];
        for (int start = 0; start < pixels.Length; start += width * channels)
        {
            var row = pixels.Slice(start, width * channels);
            // Whole turns the row, channels within a pixel too; those are turned back.
            row.Reverse();
            for (int x = 0; x < width; x++) row.Slice(x * channels, channels).Reverse();
        }
    }

    public void Dispose()
    {
        _forward?.Dispose();
        _results?.Dispose();
    }

    /// <summary>Images and forward pass; a card goes on while the caller does.</summary>
    private void Start(ReadOnlySpan<byte> pixels, int images)
    {
        int bytes = images * (int)(_pixels.Shape.Count / Batch);
        _model.Device.Upload(pixels[..bytes], _pixels.Data.Slice(0, new Shape(bytes)));
        _model.Device.Repeat(_forward ?? throw new InvalidOperationException("bind the session first"));
        _results!.Start(_output.Data);
        _images.Enqueue(images);
    }

    /// <summary>Results of the oldest batch that was started; how many images it had.</summary>
    private int Take(Span<float> results)
    {
        int images = _images.Dequeue();
        var values = _results!.Take()[..(images * _output.Shape[1])];
        if (_neighbours is null) values.CopyTo(results);
        else
        {
            float[] logits = _neighbours.Logits(values.ToArray(), images, Environment.ProcessorCount);
            if (_wanted == InferenceOutput.Probabilities) TemperatureScaling.Apply(logits, Width, 1);
            logits.CopyTo(results);
        }
        return images;
    }
}
