using NativeTrainer.Advice;
using NativeTrainer.Advice.Duplicates;
using NativeTrainer.Benchmarks.Advice;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Tests.Advice.Duplicates;

public sealed class DuplicateFinderTests
{
    private static readonly Lazy<List<PictureRecord>> Drawn = new(() => DrawnScenes.Many(60));

    [Theory]
    [InlineData("Reencoded")]
    [InlineData("Resized")]
    [InlineData("Cropped")]
    [InlineData("Flipped")]
    [InlineData("Brightness")]
    [InlineData("TurnedBlackCorners")]
    [InlineData("TurnedInside")]
    [InlineData("Combined")]
    public void AChangedCopyAcrossSplitsIsALeak(string kindName)
    {
        var kind = Enum.Parse<CopyKind>(kindName);
        PictureRecord[] pictures = [.. Drawn.Value, .. Enumerable.Range(0, 8).Select(i => DrawnScenes.Copy(i * 7, kind, (ulong)i))];
        var report = DuplicateFinder.Find(pictures);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => (i * 7, 60 + i)), report.Leaks.Select(p => (p.First, p.Second)).OrderBy(p => p.Item2));
        Assert.All(report.Pairs, p => Assert.Equal(kind is CopyKind.Flipped or CopyKind.Combined ? DuplicateKind.Mirrored : DuplicateKind.Near, p.Kind));
        Assert.Empty(report.Conflicts);
    }

    [Fact]
    public void DifferentPicturesAreNoCopies()
    {
        var report = DuplicateFinder.Find(DrawnScenes.Many(300), null, new DuplicateOptions { Threads = 2 });
        Assert.Empty(report.Pairs);
        Assert.Empty(report.Groups);
        Assert.True(report.PairsCompared > 0);
        Assert.All(report.Scenes, s => Assert.Equal((150, 150), (s.Pictures, s.Scenes)));
    }

    [Fact]
    public void EqualFilesAndEqualPixelsAreToldApart()
    {
        using var folder = new TemporaryFolder();
        var image = DrawnScenes.Draw(1);
        byte[] png = ImageWriter.EncodePng(image), longer = [.. png, 0];
        string[] paths = [.. new[] { png, png, longer }.Select((bytes, i) =>
        {
            string path = Path.Combine(folder.Path, $"{i}.png");
            File.WriteAllBytes(path, bytes);
            return path;
        })];
        var report = DuplicateFinder.Find([.. paths.Select((p, i) => new PictureRecord(p, i == 2 ? 1 : 0, i == 0 ? SplitName.Train : SplitName.Val, null, PictureSignature.Read(new Sample(p, 0))!))]);
        Assert.Equal([(0, 1, DuplicateKind.SameFile), (0, 2, DuplicateKind.SamePixels)], report.Pairs.Select(p => (p.First, p.Second, p.Kind)));
        Assert.Equal([2], report.Conflicts.Select(p => p.Second));
        var group = Assert.Single(report.Groups);
        Assert.Equal([0, 1, 2], group.Members);
        Assert.True(group.Straddles && group.LabelsDiffer);
    }

    // Every copy in another part has to be in the list, without listing all pairs of a hundred equal files.
    [Fact]
    public void AHundredEqualFilesGiveOnePairEach()
    {
        var image = DrawnScenes.Draw(2);
        var report = DuplicateFinder.Find([.. Enumerable.Range(0, 100).Select(i => DrawnScenes.Record(image, 0, i < 90 ? SplitName.Train : SplitName.Val))]);
        Assert.Equal(99, report.Pairs.Count);
        Assert.Equal([90], report.Leaks.Select(p => p.Second));
        Assert.Equal(Enumerable.Range(0, 100), Assert.Single(report.Groups).Members);
        Assert.Equal(new SceneCount(0, 100, 1), Assert.Single(report.Scenes));
    }

    [Fact]
    public void NothingAndOnePictureAreNoTrouble()
    {
        Assert.Empty(DuplicateFinder.Find([]).Pairs);
        Assert.Empty(DuplicateFinder.Find(DrawnScenes.Many(1), new float[8]).Pairs);
        var flat = new RgbImage([.. Enumerable.Repeat((byte)90, 300)], 10, 10);
        var gray = new RgbImage([.. Enumerable.Repeat((byte)91, 300)], 10, 10);
        Assert.Empty(DuplicateFinder.Find([DrawnScenes.Record(flat), DrawnScenes.Record(gray)]).Pairs);
    }

    [Fact]
    public void FeaturesPointToWhatHashesMiss()
    {
        PictureRecord Misled(PictureRecord record) => record with { Signature = record.Signature with { Hash = new PerceptualHash(0xF0F0, 0x1234) } };
        PictureRecord[] pictures = [.. Drawn.Value, Misled(DrawnScenes.Copy(5, CopyKind.Cropped))];
        pictures[5] = Misled(pictures[5]);
        var features = new float[61 * 32];
        CounterRandom.FillNormal(3, 0, 1, features);
        features.AsSpan(5 * 32, 32).CopyTo(features.AsSpan(60 * 32));
        Assert.Empty(DuplicateFinder.Find(pictures).Pairs);
        var pair = Assert.Single(DuplicateFinder.Find(pictures, features).Pairs);
        Assert.Equal((5, 60), (pair.First, pair.Second));
        Assert.InRange(pair.FeatureCosine!.Value, 0.999f, 1);
    }

    [Fact]
    public void TheResultDoesNotDependOnThreads()
    {
        PictureRecord[] pictures = [.. DrawnScenes.Many(90), .. Enumerable.Range(0, 20).Select(i => DrawnScenes.Copy(i, (CopyKind)(i % 8), (ulong)i))];
        var features = new float[pictures.Length * 24];
        CounterRandom.FillNormal(5, 0, 1, features);
        var one = DuplicateFinder.Find(pictures, features, new DuplicateOptions { Threads = 1 });
        var four = DuplicateFinder.Find(pictures, features, new DuplicateOptions { Threads = 4 });
        Assert.NotEmpty(one.Pairs);
        Assert.Equal(one.Pairs, four.Pairs);
        Assert.Equal((one.Threshold, one.PairsCompared), (four.Threshold, four.PairsCompared));
    }

    // Icons: the same frame with another letter in it. That pairs of different classes look alike has to make the search stricter.
    [Fact]
    public void LookAlikesOfOtherClassesRaiseTheThreshold()
    {
        var frame = DrawnScenes.Draw(40);
        PictureRecord Icon(int number)
        {
            var pixels = (byte[])frame.Pixels.Clone();
            for (int i = 0; i < 14 * 14; i++)
            {
                int at = ((40 + i / 14 + number / 12 * 9 % 30) * DrawnScenes.Width + 50 + i % 14 + number * 5 % 30) * 3;
                pixels.AsSpan(at, 3).Fill((byte)(number * 37 % 256));
            }
            return DrawnScenes.Record(new RgbImage(pixels, DrawnScenes.Width, DrawnScenes.Height), number % 6);
        }
        var report = DuplicateFinder.Find([.. Enumerable.Range(0, 48).Select(Icon)]);
        Assert.True(report.Threshold > 0.93f, $"threshold {report.Threshold}");
        Assert.Equal(DuplicateThreshold.Usual, DuplicateFinder.Find(Drawn.Value).Threshold);
    }

    // Photographs of two classes that somebody chose by hand: nothing in them is a copy.
    [Fact]
    public void RealPhotosOfOneClassAreNoCopies()
    {
        var index = DatasetIndex.Open(Material.Path("datasets/hymenoptera"));
        var samples = Enum.GetValues<SplitName>().SelectMany(split => index.Split(split).Select(s => (Sample: s, Split: split))).ToArray();
        var pictures = samples.AsParallel().AsOrdered().Select(s => new PictureRecord(s.Sample.Path, s.Sample.Label, s.Split, null, PictureSignature.Read(s.Sample)!)).ToArray();
        Assert.Equal(398, pictures.Length);
        Assert.Empty(DuplicateFinder.Find(pictures, null, new DuplicateOptions { Threads = 2 }).Pairs);
    }

    [Fact]
    public void FeaturesOfAnotherNumberOfPicturesAreRefused()
        => Assert.Throws<ArgumentException>(() => DuplicateFinder.Find(Drawn.Value, new float[61]));
}
