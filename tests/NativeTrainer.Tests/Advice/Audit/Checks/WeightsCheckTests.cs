using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Audit.Checks;
using NativeTrainer.Advice.Features;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Imaging;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests.Advice.Audit.Checks;

/// <summary>Checks of weights and defaults against the pictures: a random network sees which side is bright, and which colour.</summary>
public sealed class WeightsCheckTests : IDisposable
{
    private const int Side = 32;

    private readonly TemporaryFolder _folder = new();
    private readonly string _weights;

    public WeightsCheckTests()
    {
        _weights = Path.Combine(_folder.Path, "small.safetensors");
        ModelFile.Save(_weights, SmallNetworks.Random(SmallNetworks.Spec()));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void MirrorImagesThatAreAnotherClassAreNamed()
    {
        // A mark that leans to the left or to the right: its mirror image is the other's.
        Draw("leaning", (x, y) => Math.Abs(x - y) < 5, (x, y) => Math.Abs(Side - 1 - x - y) < 5);
        var finding = Assert.Single(Run(new MirrorImageCheck(), "leaning", perClass: 24));
        Assert.Equal(("NT406", Severity.Warning), (finding.Kind.Code, finding.Severity));
        Assert.Contains("hflip of '", finding.Summary, StringComparison.Ordinal);
        Assert.Contains("--augment light,hflip=0", finding.Advice, StringComparison.Ordinal);
        Draw("level", (_, y) => y > 20, (x, _) => x is > 9 and < 22);
        Assert.Empty(Run(new MirrorImageCheck(), "level", perClass: 24));
    }

    [Fact]
    public void TheDefaultStrategyIsQuestionedWhereThereAreFewShots()
    {
        Draw("level", (_, y) => y > 20, (x, _) => x is > 9 and < 22);
        var finding = Assert.Single(Run(new DefaultStrategyCheck(), "level", perClass: 5));
        Assert.Equal(("NT403", Severity.Advice), (finding.Kind.Code, finding.Severity));
        Assert.All(Run(new DefaultStrategyCheck(), "level", perClass: 24), other => Assert.Equal(Severity.Note, other.Severity));
    }

    [Fact]
    public void AFileThatDoesNotSayHowPicturesArePreparedIsNoted()
    {
        Draw("level", (_, y) => y > 20, (x, _) => x is > 9 and < 22);
        Assert.DoesNotContain(Run(new WeightsInputCheck(), "level", perClass: 8), f => f.Summary.Contains("does not say", StringComparison.Ordinal));
        var saved = ModelFile.Load(_weights);
        ModelFile.Save(_weights, saved with { Notes = new Dictionary<string, string> { [StateDict.AssumedKey] = "mean and std are assumed" } });
        var finding = Assert.Single(Run(new WeightsInputCheck(), "level", perClass: 8));
        Assert.Equal("NT303", finding.Kind.Code);
        Assert.Contains("mean and std are assumed", finding.Summary, StringComparison.Ordinal);
    }

    private IReadOnlyList<Finding> Run(IAuditCheck check, string name, int perClass)
    {
        var index = DatasetIndex.Open(Path.Combine(_folder.Path, name), new DatasetOptions()).Limited(2 * perClass, 0, 1);
        var samples = AuditInput.SamplesOf(index);
        using var store = new FeatureStore(new FeatureOptions { Weights = _weights, Threads = 2, Cache = false });
        var signatures = new SignatureMeasure(samples.Count);
        var set = store.Compute([.. samples.Select(s => s.Sample)], [signatures]);
        var input = new AuditInput
        {
            Index = index,
            Samples = samples,
            Pictures = [.. signatures.Signatures.Select(signature => new PictureFacts { ContentHash = "", Signature = signature })],
            Decoded = Enum.GetValues<SplitName>().ToHashSet(),
            Features = new AuditFeatures(set.Values, set.Width, new FeatureOptions { Weights = _weights, Threads = 2, Cache = false }),
            Threads = 2,
        };
        input = input with { Mirrored = MirroredPictures.Of(input, store, TestContext.Current.CancellationToken) };
        return [.. check.Run(input, TestContext.Current.CancellationToken)];
    }

    private void Draw(string name, Func<int, int, bool> one, Func<int, int, bool> other)
    {
        var random = new Random(5);
        foreach (var (label, bright) in (ReadOnlySpan<(string, Func<int, int, bool>)>)[("one", one), ("other", other)])
        {
            for (int i = 0; i < 32; i++)
            {
                var pixels = new byte[Side * Side * 3];
                for (int p = 0; p < pixels.Length; p++) pixels[p] = (byte)((bright(p / 3 % Side, p / 3 / Side) ? 190 : 30) + random.Next(40));
                string folder = Path.Combine(_folder.Path, name, i < 26 ? "train" : "val", label);
                Directory.CreateDirectory(folder);
                ImageWriter.Write(new RgbImage(pixels, Side, Side), Path.Combine(folder, $"{i}.png"));
            }
        }
    }
}
