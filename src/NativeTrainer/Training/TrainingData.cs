using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Training.Sweep;

namespace NativeTrainer.Training;

/// <summary>The pictures of a run: decoded once, ready to visit.</summary>
internal sealed class TrainingData : IDisposable
{
    /// <summary>Stored pictures are a little larger than the input, so that crops keep their detail.</summary>
    private const double StoreFactor = 1.15;

    private readonly BatchOptions _reading;
    private readonly double _cropRatio;

    /// <param name="index">The data set.</param>
    /// <param name="options">Size, threads, cache.</param>
    /// <param name="preprocessing">Of the weights.</param>
    /// <param name="note">Hears what was left out.</param>
    /// <param name="nameUnusable">Whether files without a picture are among what it hears of.</param>
    /// <param name="shared">Has the pictures already; null decodes them.</param>
    public TrainingData(DatasetIndex index, TrainOptions options, Preprocessing preprocessing, Action<string> note, CancellationToken stop, bool nameUnusable = true, SharedPictures? shared = null)
    {
        (Classes, Fingerprint) = (index.Classes, index.Fingerprint);
        Size = options.Size > 0 ? options.Size : preprocessing.Size;
        _cropRatio = preprocessing.CropRatio;
        (_reading, Shared) = (Reading(options, preprocessing), shared);
        var train = index.Split(SplitName.Train);
        if (shared is not null)
        {
            shared.RequireSize(Size);
            int usable = shared.Usable(train);
            Train = shared.Stored(train, Math.Min(options.Batch, usable));
            Validation = shared.Crops(index.Split(SplitName.Val), Math.Min(options.Batch, usable));
            (Problems, Unusable) = ([], []);
            return;
        }
        foreach (string text in index.Notes) note(text);
        Train = BatchSource.Train(train, StoredSide(Size), _reading with { BatchSize = Math.Min(options.Batch, train.Count) });
        Train.Prepare(null, stop);
        var problems = Train.Problems.ToList();
        // Fewer pictures than a batch can be left when files are unusable.
        if (Train.Samples.Count < Math.Min(options.Batch, train.Count))
        {
            Train = BatchSource.Train(Train.Samples, StoredSide(Size), _reading with { BatchSize = Train.Samples.Count });
            Train.Prepare(null, stop);
        }
        Validation = BatchSource.Eval(index.Split(SplitName.Val), Size, _cropRatio, _reading with { BatchSize = Math.Min(options.Batch, Train.Samples.Count) });
        Validation.Prepare(null, stop);
        Problems = [.. problems, .. Validation.Problems];
        Unusable = [.. Problems.Select(p => $"{p.Path}: {p.Reason}")];
        if (nameUnusable && Unusable.Count > 0) note($"{Unusable.Count} file{(Unusable.Count == 1 ? "" : "s")} left out, no picture could be read:\n  {string.Join("\n  ", Unusable)}");
        foreach (string name in Classes.Where((_, c) => Train.Samples.All(s => !s.AllLabels.Contains(c))))
            throw new UserException($"{options.Data}: no usable training image of class '{name}' is left; add images or remove the class");
    }

    /// <summary>Short side of stored pictures for an input of <paramref name="size"/> pixels.</summary>
    public static int StoredSide(int size) => (int)Math.Round(size * StoreFactor);

    public IReadOnlyList<string> Classes { get; }

    /// <summary>Changes with the list of files, their labels and sizes.</summary>
    public string Fingerprint { get; }

    /// <summary>Side of the network's input in pixels.</summary>
    public int Size { get; }

    /// <summary>The pictures of several runs, where this is one of them.</summary>
    public SharedPictures? Shared { get; }

    public BatchSource Train { get; }

    public BatchSource Validation { get; }

    /// <summary>Files without a picture, of training, then of validation.</summary>
    public IReadOnlyList<DecodeProblem> Problems { get; }

    /// <summary>Files without a picture, with the reason.</summary>
    public IReadOnlyList<string> Unusable { get; }

    /// <summary>How a run reads pictures.</summary>
    public static BatchOptions Reading(TrainOptions options, Preprocessing preprocessing) => new()
    {
        BatchSize = options.Batch,
        Threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount,
        CacheBytes = options.CacheBytes / 2,
        Strict = options.Strict,
        Filter = preprocessing.Interpolation == "bicubic" ? ResizeFilter.Bicubic : ResizeFilter.Bilinear,
    };

    /// <summary>The training pictures as evaluation sees them: centre crops. For features that are computed once.</summary>
    public BatchSource OpenTrainAsEvaluation(int batch, CancellationToken stop)
    {
        if (Shared is not null) return Shared.Crops(Train.Samples, batch);
        var source = BatchSource.Eval(Train.Samples, Size, _cropRatio, _reading with { BatchSize = batch, CacheBytes = 0 });
        source.Prepare(null, stop);
        return source;
    }

    /// <summary>Pictures may have none or several labels.</summary>
    public bool MultiLabel => Train.Samples[0].Labels is not null;

    /// <summary>Class weights n / (classes · nₖ); of several labels, the weights (n − nₖ) / nₖ of those that are there.</summary>
    public float[] InverseShares()
    {
        var counts = new int[Classes.Count];
        foreach (int label in Train.Samples.SelectMany(s => s.AllLabels)) counts[label]++;
        if (MultiLabel) return [.. counts.Select(n => (Train.Samples.Count - n) / (float)n)];
        return [.. counts.Select(n => Train.Samples.Count / (float)(Classes.Count * n))];
    }

    public void Dispose()
    {
        Train.Dispose();
        Validation.Dispose();
    }
}
