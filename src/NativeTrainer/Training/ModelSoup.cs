using System.Globalization;
using System.Text.Json;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Training;

/// <summary>Fine-tuned weights to average, and pictures to judge them on.</summary>
public sealed record SoupOptions
{
    /// <summary>Weights files or run folders (whose best weights are taken), two or more, fine-tuned from the same start.</summary>
    public required IReadOnlyList<string> Members { get; init; }

    /// <summary>The safetensors file to write.</summary>
    public required string Output { get; init; }

    /// <summary>Validation pictures, as of <see cref="EvaluateOptions.Data"/>; null takes those of the first member that is or lies in a run folder.</summary>
    public string? Data { get; init; }

    /// <summary>What decides; a loss is better lower, the others higher.</summary>
    public SelectionMetric Metric { get; init; }

    /// <summary>Images per forward pass.</summary>
    public int Batch { get; init; } = 16;

    public int Threads { get; init; }

    public string Device { get; init; } = "auto";
}

/// <param name="File">The weights.</param>
/// <param name="Alone">Its figures on the validation pictures.</param>
/// <param name="With">Those of the soup with it added; null for the first, which the soup begins with.</param>
/// <param name="Kept">Whether it is in.</param>
public sealed record SoupMember(string File, ClassificationMetrics Alone, ClassificationMetrics? With, bool Kept);

/// <param name="Members">In the order in which they were tried: best first.</param>
/// <param name="Metrics">Of the soup.</param>
public sealed record SoupResult(string Output, IReadOnlyList<SoupMember> Members, ClassificationMetrics Metrics);

/// <summary>
/// The greedy soup: from the best weights on, others are added to the average if the validation figure does not fall; the result is as fast as one network. Source: Wortsman et al., "Model
/// soups", ICML 2022. Running statistics of batch norm are averaged with the weights.
/// </summary>
public static class ModelSoup
{
    /// <summary>Metadata key of a soup: the files that went in.</summary>
    public const string Key = "nativetrainer.soup";

    /// <param name="note">Hears of each member as it is tried.</param>
    /// <exception cref="UserException">Weights of different networks, labels or preprocessing; no validation pictures; or the file cannot be written.</exception>
    public static SoupResult Make(SoupOptions options, Action<string> note, CancellationToken stop = default)
    {
        if (options.Members.Count < 2) throw new UserException("a soup is made of two weights files or more; one by itself is done already");
        string[] files = [.. options.Members.Select(RunWeights.Best)];
        if (files.Distinct().Count() < files.Length) throw new UserException($"{files.GroupBy(f => f).First(g => g.Count() > 1).Key} is named twice; name each file once");
        ModelWeights[] all = [.. files.Select(file => ColourInput.Of(file, ModelFile.Load(file)))];
        for (int i = 1; i < all.Length; i++) RequireAlike(files[0], all[0], files[i], all[i]);
        var first = all[0];
        var split = Pictures(options, first, files);
        using var device = TrainingSetup.OpenDevice(new TrainOptions { Data = "", Device = options.Device, Threads = options.Threads });
        using var judge = new Judge(options, first, split, device, stop);
        ClassificationMetrics[] alone = [.. all.Select(weights => judge.Of(files[0], weights))];
        int[] order = [.. Enumerable.Range(0, all.Length).OrderByDescending(i => options.Metric.Of(alone[i]))]; // ties keep the order given
        note(Line(files[order[0]], alone[order[0]], "the soup begins with it"));
        var members = new List<SoupMember> { new(files[order[0]], alone[order[0]], null, true) };
        var (soup, figures, count) = (all[order[0]], alone[order[0]], 1);
        foreach (int i in order.Skip(1))
        {
            var candidate = Mixed(soup, count, all[i]);
            var with = judge.Of(files[i], candidate);
            bool kept = options.Metric.Of(with) >= options.Metric.Of(figures);
            members.Add(new SoupMember(files[i], alone[i], with, kept));
            note(Line(files[i], alone[i], kept ? "added" : string.Create(CultureInfo.InvariantCulture, $"left out: with it {with.Accuracy:0.000}, loss {with.Loss:0.000}")));
            if (kept) (soup, figures, count) = (candidate, with, count + 1);
        }
        var notes = soup.Notes.Where(pair => pair.Key != TemperatureScaling.Key).ToDictionary();
        notes[Key] = string.Join(", ", members.Where(m => m.Kept).Select(m => m.File));
        // What one of them was allowed marks the soup too.
        string[] marks = [.. all.SelectMany(weights => weights.Notes.GetValueOrDefault(Trainer.AllowedKey)?.Split(", ") ?? []).Distinct()];
        if (marks.Length > 0) notes[Trainer.AllowedKey] = string.Join(", ", marks);
        ModelFile.Save(options.Output, soup with { Notes = notes });
        return new SoupResult(options.Output, members, figures);
    }

    /// <summary>The average of <paramref name="count"/> weights, with one more.</summary>
    private static ModelWeights Mixed(ModelWeights soup, int count, ModelWeights more)
    {
        var tensors = new Dictionary<string, HostTensor>();
        foreach (var (name, tensor) in soup.Tensors)
        {
            float[] added = more.Tensors[name].Data, mixed = new float[tensor.Data.Length];
            for (int i = 0; i < mixed.Length; i++) mixed[i] = (float)(tensor.Data[i] + ((double)added[i] - tensor.Data[i]) / (count + 1));
            tensors[name] = new HostTensor(tensor.Shape, mixed);
        }
        return soup with { Tensors = tensors };
    }

    private static void RequireAlike(string firstFile, ModelWeights first, string file, ModelWeights other)
    {
        string Of(ResNetSpec spec) => JsonSerializer.Serialize(spec with { Name = "" }, ModelFileJson.Default.ResNetSpec);
        if (Of(first.Spec with { Preprocessing = other.Spec.Preprocessing }) != Of(other.Spec))
            throw new UserException($"{file}: is another network ({other.Spec.Name}, {other.Spec.Head.Classes} classes) than {firstFile} ({first.Spec.Name}, {first.Spec.Head.Classes} classes); only weights of one network can be averaged");
        if (Of(first.Spec) != Of(other.Spec)) throw new UserException($"{file}: takes pictures of another size or normalisation than {firstFile}; weights that were trained alike can be averaged");
        if (!(first.Labels ?? []).SequenceEqual(other.Labels ?? [])) throw new UserException($"{file}: has other labels than {firstFile}; weights of the same classes can be averaged");
        foreach (var (name, tensor) in first.Tensors)
            if (!other.Tensors.TryGetValue(name, out var same) || !same.Shape.SequenceEqual(tensor.Shape)) throw new UserException($"{file}: has not the tensor {name} of {firstFile}; only weights of one network can be averaged");
    }

    private static DatasetSplit Pictures(SoupOptions options, ModelWeights weights, string[] files)
    {
        if (options.Data is not null) return DatasetIndex.OpenSplit(options.Data, null, weights.Labels);
        return files.Select(file => RunWeights.Validation(file, weights.Labels)).FirstOrDefault(split => split is not null)
            ?? throw new UserException("none of the weights lies in the folder of a run, so there are no pictures to judge them on; name them with --data");
    }

    private static string Line(string file, ClassificationMetrics metrics, string outcome) => string.Create(CultureInfo.InvariantCulture, $"{file}: accuracy {metrics.Accuracy:0.000}, loss {metrics.Loss:0.000}; {outcome}");

    /// <summary>The validation pictures, decoded once.</summary>
    private sealed class Judge : IDisposable
    {
        private readonly ModelWeights _like;
        private readonly IReadOnlyList<string> _classes;
        private readonly Device _device;
        private readonly BatchSource _source;
        private readonly int _batch;
        private readonly CancellationToken _stop;

        public Judge(SoupOptions options, ModelWeights like, DatasetSplit split, Device device, CancellationToken stop)
        {
            (_like, _device, _stop) = (like, device, stop);
            _classes = like.Labels ?? [.. Enumerable.Range(0, like.Spec.Head.Classes).Select(c => c < split.Classes.Count ? split.Classes[c] : $"class {c}")];
            var preprocessing = like.Spec.Preprocessing;
            _batch = Math.Min(options.Batch, split.Samples.Count);
            _source = BatchSource.Eval(split.Samples, preprocessing.Size, preprocessing.CropRatio, new BatchOptions
            {
                BatchSize = _batch,
                Threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount,
                Filter = preprocessing.Interpolation == "bicubic" ? ResizeFilter.Bicubic : ResizeFilter.Bilinear,
            });
            _source.Prepare(null, stop);
            if (_source.Samples.Count == 0) throw new UserException($"no validation picture could be read: {_source.Problems[0].Path}: {_source.Problems[0].Reason}");
        }

        public ClassificationMetrics Of(string file, ModelWeights weights)
        {
            using var model = ModelTransfer.Load(file, weights, _device);
            using var session = new InferenceSession(model, _like.Spec.Preprocessing.Size, _batch, InferenceOutput.Probabilities);
            using var arena = _device.Allocate(session.ArenaBytes);
            session.Bind(arena);
            float[] probabilities = session.Run(_source, _stop);
            if (!_like.Spec.Head.MultiLabel) return ClassificationMetrics.Compute(probabilities, [.. _source.Samples.Select(s => s.Label)], _classes);
            return SeveralLabels.Metrics([.. _source.Samples.Select((s, i) => PredictedImage.Of(s, probabilities.AsSpan(i * _classes.Count, _classes.Count)))], _classes);
        }

        public void Dispose() => _source.Dispose();
    }
}
