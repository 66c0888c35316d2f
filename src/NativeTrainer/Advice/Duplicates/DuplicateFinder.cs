using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Duplicates;

/// <summary>
/// Finds pictures that show the same: equal files by their content; the others are proposed by perceptual hashes and, where there are any, by features,
/// and decided by laying their thumbnails upon each other. Cost grows as n log n with the number of pictures.
/// </summary>
public static class DuplicateFinder
{
    // Proposals of each kind for each picture.
    private const int Proposals = 6;

    // Pairs so far below the threshold are not turned round.
    private const float Unsure = 0.35f;

    // Starts that correlate less are given up.
    private const float LeastStart = 0.5f;

    // Thumbnails kept ready; beyond so many they are made again when they are needed.
    private const int ViewsKept = 2048;

    /// <summary>Looks through a data set.</summary>
    /// <param name="pictures">All splits.</param>
    /// <param name="features">(n, d), row-major: pooled features of each picture, finite; null proposes by hashes alone.</param>
    /// <exception cref="ArgumentException">The features do not fit the pictures.</exception>
    public static DuplicateReport Find(IReadOnlyList<PictureRecord> pictures, float[]? features = null, DuplicateOptions? options = null, CancellationToken stop = default)
    {
        options ??= new DuplicateOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        if (!(options.LeastDetail is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(options), options.LeastDetail, "0 < LeastDetail ≤ 1");
        if (pictures.Count == 0) features = null;
        if (features is not null && (features.Length == 0 || features.Length % pictures.Count != 0))
            throw new ArgumentException($"{features.Length} values are no features of {pictures.Count} pictures", nameof(features));
        var search = new Search(pictures, features, options, stop);
        return search.Run();
    }

    private sealed class Search(IReadOnlyList<PictureRecord> pictures, float[]? features, DuplicateOptions options, CancellationToken stop)
    {
        private readonly AlignmentView?[] _views = new AlignmentView?[Math.Min(pictures.Count, ViewsKept)];
        private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = options.Threads, CancellationToken = stop };
        private FeatureCandidates? _features;

        public DuplicateReport Run()
        {
            if (features is not null) _features = new FeatureCandidates(features, pictures.Count, options.Threads);
            var same = SameFiles(out int[] distinct);
            float threshold = DuplicateThreshold.Of(pictures, distinct, View, options, stop);
            var proposed = Propose(distinct);
            var near = Compare(proposed, threshold);
            var groups = new DuplicateGroups(pictures, threshold, Link);
            groups.AddCertain(same);
            var believed = groups.Add(near);
            var pairs = same.Concat(believed).OrderBy(p => p.First).ThenBy(p => p.Second).ToArray();
            return new DuplicateReport
            {
                Pairs = pairs,
                Groups = groups.Result(),
                Scenes = groups.Scenes(),
                Threshold = threshold,
                LinksDropped = near.Count - believed.Count,
                PairsCompared = proposed.Count,
            };
        }

        // A picture's thumbnail is the same whoever makes it, so that two threads may both do so.
        private AlignmentView View(int picture)
        {
            if (pictures.Count <= ViewsKept) return _views[picture] ??= new AlignmentView(pictures[picture].Signature.Thumbnail);
            return new AlignmentView(pictures[picture].Signature.Thumbnail);
        }

        private float Link(int first, int second) => Align(new ThumbnailAligner(), View(first), View(second), 1).Detail;

        // Each further file is paired with the first of its split and label and, where that is another, with the first of all.
        private List<DuplicatePair> SameFiles(out int[] distinct)
        {
            var pairs = new List<DuplicatePair>();
            var firsts = new List<int>();
            foreach (var files in Enumerable.Range(0, pictures.Count).GroupBy(i => pictures[i].Signature.Content))
            {
                int[] members = [.. files];
                firsts.Add(members[0]);
                var heads = new List<int> { members[0] };
                foreach (int member in members.AsSpan(1))
                {
                    int head = heads.FindIndex(h => pictures[h].Split == pictures[member].Split && pictures[h].Label == pictures[member].Label);
                    if (head >= 0) pairs.Add(Pair(heads[head], member, DuplicateKind.SameFile, 1, 1));
                    else
                    {
                        pairs.AddRange(heads.Select(h => Pair(h, member, DuplicateKind.SameFile, 1, 1)));
                        heads.Add(member);
                    }
                }
            }
            distinct = [.. firsts.Order()];
            return pairs;
        }

        private List<(int First, int Second)> Propose(int[] distinct)
        {
            var byHash = new NearestList(pictures.Count, Proposals);
            var hashes = new HashCandidates([.. distinct.Select(i => pictures[i].Signature.Hash)], options.Threads);
            Parallel.For(0, distinct.Length, _parallel, i => hashes.AddNearest(i, pictures[distinct[i]].Signature.Thumbnail, byHash));
            var pairs = new List<(int, int)>();
            for (int i = 0; i < distinct.Length; i++)
            {
                foreach (int other in byHash.Of(i)) pairs.Add((Math.Min(distinct[i], distinct[other]), Math.Max(distinct[i], distinct[other])));
            }
            if (_features is not null)
            {
                var byFeatures = new NearestList(pictures.Count, Proposals);
                _features.AddNearest(byFeatures, stop);
                bool[] considered = new bool[pictures.Count];
                foreach (int i in distinct) considered[i] = true;
                foreach (int i in distinct)
                {
                    foreach (int other in byFeatures.Of(i))
                    {
                        if (considered[other]) pairs.Add((Math.Min(i, other), Math.Max(i, other)));
                    }
                }
            }
            pairs.Sort();
            return [.. pairs.Distinct()];
        }

        private List<DuplicatePair> Compare(List<(int First, int Second)> proposed, float threshold)
        {
            var found = new DuplicatePair?[proposed.Count];
            // The proposals of one picture by one thread, which makes its view once.
            var starts = Enumerable.Range(0, proposed.Count).Where(i => i == 0 || proposed[i].First != proposed[i - 1].First).Append(proposed.Count).ToArray();
            Parallel.For(0, starts.Length - 1, _parallel, () => new ThumbnailAligner(), (run, _, aligner) =>
            {
                var view = View(proposed[starts[run]].First);
                for (int i = starts[run]; i < starts[run + 1]; i++)
                {
                    var (first, second) = proposed[i];
                    var alignment = Align(aligner, view, View(second), threshold);
                    if (alignment.Detail >= threshold || Equal(first, second)) found[i] = Near(first, second, alignment);
                }
                return aligner;
            }, _ => { });
            return [.. found.OfType<DuplicatePair>()];
        }

        // Which of two is laid upon the other matters a little; where it may decide, both ways are tried.
        private static ThumbnailAlignment Align(ThumbnailAligner aligner, AlignmentView a, AlignmentView b, float threshold)
        {
            aligner.SetTemplate(a);
            var there = aligner.Align(b, LeastStart);
            if (there.Detail >= threshold || there.Detail < threshold - Unsure) return there;
            aligner.SetTemplate(b);
            var back = aligner.Align(a, LeastStart);
            return back.Detail > there.Detail ? back : there;
        }

        private DuplicatePair Near(int first, int second, ThumbnailAlignment alignment)
        {
            if (Equal(first, second) && SamePixels(first, second)) return Pair(first, second, DuplicateKind.SamePixels, 1, 1);
            return Pair(first, second, alignment.Mirrored ? DuplicateKind.Mirrored : DuplicateKind.Near, alignment.Detail, alignment.Correlation);
        }

        private bool Equal(int first, int second)
            => pictures[first].Signature.Thumbnail.Pixels.AsSpan().SequenceEqual(pictures[second].Signature.Thumbnail.Pixels);

        private bool SamePixels(int first, int second)
        {
            var decode = options.Decode ?? (i => ImageDecoder.Decode(pictures[i].Path).Image);
            return decode(first) is { } a && decode(second) is { } b && a.Width == b.Width && a.Pixels.AsSpan().SequenceEqual(b.Pixels);
        }

        private DuplicatePair Pair(int first, int second, DuplicateKind kind, float detail, float correlation)
        {
            var (a, b) = (pictures[first], pictures[second]);
            var other = kind == DuplicateKind.Mirrored ? b.Signature.Hash.Mirrored : b.Signature.Hash;
            return new DuplicatePair(first, second, kind, detail, correlation, a.Signature.Hash.Distance(other), _features?.Cosine(first, second))
            {
                FirstSplit = a.Split,
                SecondSplit = b.Split,
                LabelsDiffer = a.Label != b.Label,
            };
        }
    }
}
