using System.Diagnostics;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;

namespace NativeTrainer.Training.Sweep;

/// <summary>Pictures of several runs on parts of one data set: decoded once, and the frozen network's features of all computed once.</summary>
internal sealed class SharedPictures : IDisposable
{
    private readonly BatchSource _stored, _crops;
    private readonly Dictionary<(string Path, PixelRegion? Crop), int> _places = [];
    private readonly float[] _features;
    private readonly int _width, _size;

    /// <param name="setup">Of the whole data set, its network as the weights file has it.</param>
    /// <param name="samples">All that any run will see.</param>
    /// <param name="audit">Of the whole data set.</param>
    public SharedPictures(TrainingSetup setup, IReadOnlyList<Sample> samples, AuditReport audit, CancellationToken stop)
    {
        (Audit, _size, _width) = (audit, setup.Options.Size, setup.Model.Spec.Features);
        var (preprocessing, options) = (setup.Model.Spec.Preprocessing, setup.Options);
        var reading = TrainingData.Reading(options, preprocessing) with { BatchSize = options.Batch };
        _stored = BatchSource.Train(samples, TrainingData.StoredSide(_size), reading);
        _stored.Prepare(null, stop);
        _crops = BatchSource.Eval(_stored.Samples, _size, preprocessing.CropRatio, reading);
        _crops.Prepare(null, stop);
        if (_crops.Samples.Count != _stored.Samples.Count) throw new UserException("files were changed while they were read; start again");
        for (int i = 0; i < _crops.Samples.Count; i++) _places[Key(_crops.Samples[i])] = i;
        Problems = [.. _stored.Problems, .. _crops.Problems];
        using var session = new InferenceSession(setup.Model, _size, options.Batch, InferenceOutput.Features);
        using var arena = setup.Device.Allocate(session.ArenaBytes);
        session.Bind(arena);
        long start = Stopwatch.GetTimestamp();
        _features = session.Run(_crops, stop);
        FeatureSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>That the network took for all pictures.</summary>
    public double FeatureSeconds { get; }

    public AuditReport Audit { get; }

    /// <summary>Files without a picture.</summary>
    public IReadOnlyList<DecodeProblem> Problems { get; }

    public int Count => _crops.Samples.Count;

    /// <summary>Of the samples with a picture, as training stores them.</summary>
    public BatchSource Stored(IReadOnlyList<Sample> samples, int batch) => Part(_stored, samples, batch);

    /// <summary>Of the samples with a picture, as evaluation sees them.</summary>
    public BatchSource Crops(IReadOnlyList<Sample> samples, int batch) => Part(_crops, samples, batch);

    /// <summary>(samples, features) of samples with a picture.</summary>
    public float[] Features(IReadOnlyList<Sample> samples)
    {
        var result = new float[samples.Count * _width];
        for (int i = 0; i < samples.Count; i++) _features.AsSpan(_places[Key(samples[i])] * _width, _width).CopyTo(result.AsSpan(i * _width));
        return result;
    }

    /// <summary>How many of the samples have a picture.</summary>
    public int Usable(IReadOnlyList<Sample> samples) => samples.Count(sample => _places.ContainsKey(Key(sample)));

    public void RequireSize(int size)
    {
        if (size != _size) throw new InvalidOperationException($"pictures were decoded for {_size} pixels, and a run wants {size}");
    }

    public void Dispose()
    {
        _stored.Dispose();
        _crops.Dispose();
    }

    private BatchSource Part(BatchSource source, IReadOnlyList<Sample> samples, int batch)
    {
        Sample[] usable = [.. samples.Where(sample => _places.ContainsKey(Key(sample)))];
        return source.Part(usable, [.. usable.Select(sample => _places[Key(sample)])], batch);
    }

    private static (string, PixelRegion?) Key(Sample sample) => (Path.GetFullPath(sample.Path), sample.Crop);
}
