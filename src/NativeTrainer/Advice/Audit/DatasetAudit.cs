using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using NativeTrainer.Advice.Audit.Checks;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit;

/// <summary>How far an audit is.</summary>
/// <param name="Step">A phrase, such as <c>reading files</c>.</param>
public sealed record AuditProgress(string Step, int Done, int Total);

/// <summary>Looks at a data set before a network does.</summary>
public static class DatasetAudit
{
    /// <summary>Checks that run at the same time: about as many as take long.</summary>
    private const int MostBeside = 4;

    /// <summary>Every check, in the order in which they run; the report orders findings by harm.</summary>
    internal static IReadOnlyList<IAuditCheck> Checks { get; } =
    [
        new ExactLeakCheck(), new ConflictingLabelsCheck(), new RepeatedFilesCheck(),
        new NearLeakCheck(), new GroupCheck(), new RedundancyCheck(),
        new UndecodableCheck(), new TooFewCheck(), new AbsentClassCheck(), new ValidationSizeCheck(), new ClassSharesCheck(), new TestPartCheck(), new ImbalanceCheck(), new ManyClassesCheck(),
        new PictureQualityCheck(), new SpuriousCorrelationCheck(), new PropertyShiftCheck(), new ProductionCheck(),
        new DomainShiftCheck(), new LabelErrorCheck(), new MoreDataCheck(), new CoverageCheck(), new SourceTooFarCheck(),
        new WeightsInputCheck(), new DefaultStrategyCheck(), new MirrorImageCheck(),
    ];

    /// <summary>Audits the data set that training would see.</summary>
    /// <param name="options">What to audit.</param>
    /// <param name="progress">May be called from any thread.</param>
    /// <exception cref="UserException">The data set cannot be opened, or an option is wrong.</exception>
    public static AuditReport Run(AuditOptions options, Action<AuditProgress>? progress = null, CancellationToken stop = default)
    {
        var policy = new AuditPolicy(options.Only, options.Allow);
        var index = DatasetIndex.Open(options.Data, new DatasetOptions { ValidationFraction = options.ValidationFraction, Seed = options.Seed, Fix = options.Fix });
        if (options.Weights is string weights && !File.Exists(weights)) throw new UserException($"--weights {weights}: there is no such file");
        var production = options.Production is string folder ? ImageFiles.Below(folder).Select(path => new Sample(path, -1)).ToList() : null;
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        var input = Unread(index, threads, options.Seed);
        var needs = Checks.Where(check => check.Kinds.Any(policy.LooksFor)).Aggregate(AuditNeeds.Files, (all, check) => all | check.Needs);
        input = needs != AuditNeeds.Files
            ? PictureSurvey.Measure(input, options, needs, production, progress, stop)
            : input with { Pictures = PictureSurvey.Read(input.Samples, threads, done => progress?.Invoke(new AuditProgress("reading files", done, input.Samples.Count)), stop) };
        return Judge(input, options.Data, options.Mode, policy, stop);
    }

    /// <summary>The quick audit of a run: all checks that need no network, a second or two per thousand pictures.</summary>
    internal static AuditReport Quick(DatasetIndex index, string data, IReadOnlyList<string> allow, int threads, ulong seed, CancellationToken stop)
    {
        var policy = new AuditPolicy([], allow);
        return Judge(PictureSurvey.Measure(Unread(index, threads, seed), new AuditOptions { Data = data, Mode = AuditMode.Quick }, AuditNeeds.Measures, null, null, stop), data, AuditMode.Quick, policy, stop);
    }

    /// <summary>A few checks beside each other, each with its share of the threads; their findings in the checks' order.</summary>
    private static List<Finding> Run(IReadOnlyList<IAuditCheck> checks, AuditInput input, CancellationToken stop)
    {
        // What several of them derive from the input has to be there before they start.
        _ = (input.Measured, input.Copies);
        if (checks.Any(check => check.Needs.HasFlag(AuditNeeds.Copies))) input.Measured.Duplicates(stop);
        int beside = Math.Min(input.Threads, MostBeside);
        var shared = input with { Threads = input.Threads / beside };
        // Those with features take longest; the others fill up what time the last of these leaves.
        int[] order = [.. Enumerable.Range(0, checks.Count).OrderBy(i => checks[i].Needs.HasFlag(AuditNeeds.Features) ? 0 : 1)];
        var found = new IReadOnlyList<Finding>[checks.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = beside, CancellationToken = stop };
        try
        {
            Parallel.ForEach(Partitioner.Create(order, EnumerablePartitionerOptions.NoBuffering), parallel, i => found[i] = [.. checks[i].Run(shared, stop)]);
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
        return [.. found.SelectMany(findings => findings)];
    }

    private static AuditInput Unread(DatasetIndex index, int threads, ulong seed)
        => new() { Index = index, Samples = AuditInput.SamplesOf(index), Pictures = [], Decoded = new HashSet<SplitName>(), Threads = threads, Seed = seed };

    /// <summary>Runs the checks for which the input has what they need.</summary>
    internal static AuditReport Judge(AuditInput input, string data, AuditMode mode, AuditPolicy policy, CancellationToken stop)
    {
        var (running, looked, missing) = (new List<IAuditCheck>(), new List<FindingKind>(), new List<NotChecked>());
        foreach (var check in Checks)
        {
            FindingKind[] kinds = [.. check.Kinds.Where(policy.LooksFor)];
            if (kinds.Length == 0) continue;
            var lacking = check.Needs & ~input.Has;
            if (lacking != 0)
            {
                missing.Add(new NotChecked(kinds, Reason(lacking)));
                continue;
            }
            running.Add(check);
            looked.AddRange(kinds);
        }
        var findings = Run(running, input, stop);
        var found = Checks.SelectMany(check => check.Kinds).ToHashSet();
        var elsewhere = FindingCatalogue.All.Where(kind => policy.LooksFor(kind) && !found.Contains(kind)).GroupBy(Elsewhere);
        missing.AddRange(elsewhere.Select(group => new NotChecked([.. group], group.Key)));
        string full = Path.GetFullPath(data);
        int[][] counts = [.. Enum.GetValues<SplitName>().Select(split => Counts(input.Index, split))];
        return new AuditReport
        {
            Data = data,
            Root = File.Exists(full) ? Path.GetDirectoryName(full)! : full,
            Mode = mode,
            Fingerprint = input.Index.Fingerprint,
            ContentFingerprint = ContentFingerprint(input.Pictures),
            Weights = input.Features?.Weights,
            ValidationMade = input.Index.ValidationMade,
            Classes = [.. input.Index.Classes.Select((name, c) => new AuditClass(name, counts[0][c], counts[1][c], counts[2][c]))],
            Findings = policy.Judge(findings),
            Checked = [.. looked.DistinctBy(kind => kind.Code).OrderBy(kind => kind.Code, StringComparer.Ordinal)],
            NotChecked = missing,
        };
    }

    private static string Elsewhere(FindingKind kind) => kind.Code switch
    {
        "NT302" => "rank-weights looks for it",
        "NT401" or "NT402" or "NT405" => "is about a run's options: train and plan look for it",
        "NT404" or "NT503" => "is about a run's result: train looks for it",
        _ => "no check of this audit looks for it",
    };

    private static string Reason(AuditNeeds lacking) => lacking switch
    {
        AuditNeeds.Production => "needs pictures from use: --production FOLDER",
        AuditNeeds.Features or (AuditNeeds.Features | AuditNeeds.Mirrored) => "needs features: --weights FILE",
        _ => "needs every picture measured, as the command audit does",
    };

    private static int[] Counts(DatasetIndex index, SplitName split)
    {
        var counts = new int[index.Classes.Count];
        foreach (var sample in index.Split(split)) counts[sample.Label]++;
        return counts;
    }

    private static string ContentFingerprint(IReadOnlyList<PictureFacts> pictures)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var picture in pictures) hash.AppendData(Encoding.ASCII.GetBytes((picture.ContentHash ?? "unreadable") + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
