using NativeTrainer.Advice.Duplicates;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Advice.Splits;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit;

/// <summary>The samples that have a picture, with what was measured of them and what several checks derive from it, once; checks may ask from any thread.</summary>
internal sealed class MeasuredPictures
{
    private readonly AuditInput _input;
    private readonly FeatureMatrix? _features;
    private readonly Lock _gate = new();
    private DuplicateReport? _duplicates;
    private IReadOnlyList<RelatedGroup>? _related;

    public MeasuredPictures(AuditInput input)
    {
        _input = input;
        Samples = [.. Enumerable.Range(0, input.Samples.Count).Where(i => input.Pictures[i] is { Problem: null, Signature: not null })];
        Records = [.. Samples.Select(i => new PictureRecord(input.Samples[i].Path, input.Samples[i].Sample.Label, input.Samples[i].Split, input.Samples[i].Sample.Group, input.Pictures[i].Signature!))];
        if (input.Features is { } features) _features = new FeatureMatrix(features.Values, features.Width).Select(Samples);
    }

    /// <summary>Indices into <see cref="AuditInput.Samples"/>; positions in here are what other lists count by.</summary>
    public int[] Samples { get; }

    public IReadOnlyList<PictureRecord> Records { get; }

    /// <summary>Of each record.</summary>
    public FeatureMatrix Features => _features ?? throw new InvalidOperationException("the audit has no features");

    public int Classes => _input.Index.Classes.Count;

    public int Threads => _input.Threads;

    /// <summary>Copies, by hashes, thumbnails and, where there are any, features.</summary>
    public DuplicateReport Duplicates(CancellationToken stop)
    {
        lock (_gate)
            return _duplicates ??= DuplicateFinder.Find(Records, _features?.Values, new DuplicateOptions { Threads = Threads, Decode = i => Sample(i).Sample.Pixels ?? ImageDecoder.Decode(Sample(i).Path).Image }, stop);
    }

    /// <summary>Series by name, time, folder and given group.</summary>
    public IReadOnlyList<RelatedGroup> Related
    {
        get
        {
            lock (_gate) return _related ??= RelatedPictures.Find(Records, _input.Index.Classes, _features?.Values);
        }
    }

    public AuditSample Sample(int position) => _input.Samples[Samples[position]];

    public PictureStatistics? Statistics(int position) => _input.Pictures[Samples[position]].Statistics;

    /// <summary>Positions of a part, ascending.</summary>
    public int[] Of(SplitName split) => [.. Enumerable.Range(0, Records.Count).Where(i => Records[i].Split == split)];

    public int[] Labels(IEnumerable<int> positions) => [.. positions.Select(i => Records[i].Label)];

    /// <summary>For cross-validation: the number of the group of copies of each position, −1 without one.</summary>
    public int[] CopyGroups(IReadOnlyList<int> positions, CancellationToken stop)
    {
        var groups = new int[Records.Count];
        Array.Fill(groups, -1);
        var found = Duplicates(stop).Groups;
        for (int g = 0; g < found.Count; g++)
        {
            foreach (int member in found[g].Members) groups[member] = g;
        }
        return [.. positions.Select(i => groups[i])];
    }
}
