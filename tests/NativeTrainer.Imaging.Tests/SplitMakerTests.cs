using CsCheck;

namespace NativeTrainer.Imaging.Tests;

public class SplitMakerTests
{
    private static readonly string[] Three = ["a", "b", "c"];

    private sealed record Case(Sample[] Samples, int[][] Together, SplitName[] Splits, ulong Seed);

    // Up to 120 pictures of three classes; some have given groups, some are tied together across groups.
    private static readonly Gen<Case> Cases =
        from count in Gen.Int[6, 120]
        from labels in Gen.Int[0, 2].Array[count]
        from groups in Gen.Int[-40, 12].Array[count]
        from links in Gen.Select(Gen.Int[0, count - 1], Gen.Int[0, count - 1]).Array[0, 20]
        from splits in Gen.Int[0, 9].Array[count]
        from seed in Gen.ULong
        select new Case([.. labels.Select((label, i) => new Sample($"/data/{i:000}.png", label, groups[i] < 0 ? null : $"g{groups[i]}"))],
            [.. links.Select(l => new[] { l.Item1, l.Item2 })], [.. splits.Select(s => s < 6 ? SplitName.Train : s < 9 ? SplitName.Val : SplitName.Test)], seed);

    [Fact]
    public void NoGroupIsDividedAndEveryClassKeepsTrainingPictures() => Cases.Sample(c =>
    {
        // Of a few pictures, nothing may be left to set apart without taking all of a class.
        bool small = c.Samples.Length < 40;
        SplitManifest made;
        try
        {
            made = SplitMaker.Make(c.Samples, Three, c.Together, new SplitOptions { ValidationFraction = 0.2, TestFraction = 0.2, Seed = c.Seed });
        }
        catch (UserException)
        {
            return small;
        }
        return NoneDivided(c, made.Splits) && KeepsTraining(c, made.Splits) && (small || made.Splits.Contains(SplitName.Val));
    }, iter: 300);

    [Fact]
    public void ARepairedSplitDividesNoGroupAndMovesOnlyWhatItHasTo() => Cases.Sample(c =>
    {
        var repaired = SplitRepair.Repair(c.Samples, c.Splits, Three, c.Together, c.Seed);
        var splits = repaired.Manifest.Splits;
        int least = Components(c).Sum(g => g.Length - g.CountBy(i => c.Splits[i]).Max(s => s.Value));
        // A class that would lose its training pictures costs more moves.
        bool forced = repaired.Moves.Count > least;
        return NoneDivided(c, splits) && repaired.Moves.Count >= least && (!forced || repaired.Moves.Any(m => m.To == SplitName.Train))
            && Enumerable.Range(0, c.Samples.Length).All(i => splits[i] == c.Splits[i] != repaired.Moves.Any(m => m.Index == i))
            && Three.Select((_, label) => label).All(label => !Has(c, c.Splits, label) || Has(c, splits, label));
    }, iter: 300);

    [Fact]
    public void ANewPictureMovesFewOthers() => Cases.Sample(c =>
    {
        var options = new SplitOptions { ValidationFraction = 0.25, Seed = c.Seed };
        Sample[] samples = [.. Enumerable.Range(0, 200).Select(i => new Sample($"/data/{i:000}.png", i % 3, i % 5 == 0 ? $"g{i / 20}" : null))];
        Sample[] more = [.. samples, new Sample($"/data/{c.Seed:x}.png", 1)];
        var before = SplitMaker.Make(samples, Three, [], options).Splits;
        var after = SplitMaker.Make(more, Three, [], options).Splits;
        return Enumerable.Range(0, samples.Length).Count(i => before[i] != after[i]) <= 12;
    }, iter: 100);

    [Fact]
    public void SharesAreKept()
    {
        Sample[] samples = [.. Enumerable.Range(0, 400).Select(i => new Sample($"/data/{i:000}.png", i < 300 ? 0 : i < 380 ? 1 : 2))];
        var pairs = Enumerable.Range(0, 100).Select(i => new[] { i, i + 100 });
        var made = SplitMaker.Make(samples, Three, pairs, new SplitOptions { ValidationFraction = 0.2, TestFraction = 0.1 });
        // A pair is not divided, so that one more or less is due to it.
        Assert.InRange(made.Count(SplitName.Val, 0), 59, 61);
        Assert.InRange(made.Count(SplitName.Test, 0), 29, 31);
        Assert.Equal([16, 4, 8, 2], [made.Count(SplitName.Val, 1), made.Count(SplitName.Val, 2), made.Count(SplitName.Test, 1), made.Count(SplitName.Test, 2)]);
        // Groups do not crowd the validation part: they are two thirds of the class, and about that of its validation pictures.
        int grouped = Enumerable.Range(0, 300).Count(i => made.Splits[i] == SplitName.Val && made.Samples[i].Group is not null);
        Assert.InRange(grouped, 26, 54);
    }

    [Fact]
    public void PairsAcrossPartsGoHalfEachWay()
    {
        Sample[] samples = [.. Enumerable.Range(0, 100).Select(i => new Sample($"/data/{i:000}.png", i % 2))];
        SplitName[] splits = [.. samples.Select((_, i) => i < 60 ? SplitName.Train : SplitName.Val)];
        var repaired = SplitRepair.Repair(samples, splits, ["a", "b"], Enumerable.Range(0, 20).Select(i => new[] { i, 60 + i }));
        Assert.Equal(20, repaired.Moves.Count);
        Assert.Equal([20, 20], Enumerable.Range(0, 2).Select(c => repaired.Manifest.Count(SplitName.Val, c)));
        Assert.All(repaired.Moves, m => Assert.StartsWith("scene ", m.Group));
    }

    [Fact]
    public void AGroupThatIsAWholeClassStaysInTraining()
    {
        Sample[] samples = [.. Enumerable.Range(0, 30).Select(i => new Sample($"/data/{i:00}.png", i < 20 ? 0 : 1))];
        var made = SplitMaker.Make(samples, ["a", "b"], [[.. Enumerable.Range(20, 10)]]);
        Assert.Equal((4, 0), (made.Count(SplitName.Val, 0), made.Count(SplitName.Val, 1)));
        SplitName[] leaky = [.. samples.Select((_, i) => i is < 15 or 20 ? SplitName.Train : SplitName.Val)];
        var repaired = SplitRepair.Repair(samples, leaky, ["a", "b"], [[.. Enumerable.Range(20, 10)]]);
        Assert.Equal(10, repaired.Manifest.Count(SplitName.Train, 1));
    }

    [Fact]
    public void WhereAllIsOneGroupNothingCanBeSetApart()
    {
        Sample[] samples = [.. Enumerable.Range(0, 10).Select(i => new Sample($"/data/{i}.png", i % 2))];
        Assert.Throws<UserException>(() => SplitMaker.Make(samples, ["a", "b"], [[.. Enumerable.Range(0, 10)]]));
        Assert.Throws<UserException>(() => SplitMaker.Make(samples, ["a", "b"], [], new SplitOptions { ValidationFraction = 0.6, TestFraction = 0.4 }));
    }

    [Fact]
    public void AManifestReadsBackAsItWas()
    {
        using var folder = new TempFolder();
        foreach (string name in (string[])["cats, \"big\"", "dogs"]) folder.WritePictures($"data/{name}", 12);
        var index = DatasetIndex.Open(folder["data"], new DatasetOptions { ValidationFraction = 0 });
        var samples = index.Split(SplitName.Train);
        var made = SplitMaker.Make(samples, index.Classes, [[0, 1, 2], [12, 13]], new SplitOptions { TestFraction = 0.2 });
        made.Write(folder["split.csv"]);
        var read = DatasetIndex.Open(folder["split.csv"]);
        Assert.False(read.ValidationMade);
        foreach (var split in Enum.GetValues<SplitName>())
        {
            var expected = made.Samples.Where((_, i) => made.Splits[i] == split).ToArray();
            Assert.NotEmpty(expected);
            Assert.Equal(expected, read.Split(split));
        }
        Assert.DoesNotContain(Directory.EnumerateFiles(folder.Path), f => f.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void AStraddlingGroupCanBeOpenedToBeMended()
    {
        using var folder = new TempFolder();
        folder.WritePictures("p", 6);
        folder.Write("set.csv", "path,label,split,group\np/000.png,x,train,g\np/001.png,x,val,g\np/002.png,x,train,\np/003.png,y,train,\np/004.png,y,val,\np/005.png,x,train,g\n");
        Assert.Throws<UserException>(() => DatasetIndex.Open(folder["set.csv"]));
        var index = DatasetIndex.Open(folder["set.csv"], new DatasetOptions { AllowStraddling = true });
        Sample[] samples = [.. index.Split(SplitName.Train), .. index.Split(SplitName.Val)];
        SplitName[] splits = [.. samples.Select((_, i) => i < 4 ? SplitName.Train : SplitName.Val)];
        var repaired = SplitRepair.Repair(samples, splits, index.Classes, []);
        var move = Assert.Single(repaired.Moves);
        Assert.Equal((SplitName.Val, SplitName.Train, "g"), (move.From, move.To, move.Group));
        repaired.Manifest.Write(folder["fixed.csv"]);
        Assert.Equal(5, DatasetIndex.Open(folder["fixed.csv"]).Split(SplitName.Train).Count);
    }

    [Fact]
    public void PicturesWithoutFilesCannotBeListed()
    {
        using var folder = new TempFolder();
        Sample[] samples = [.. Enumerable.Range(0, 8).Select(i => new Sample($"images#{i}", i % 2) { Pixels = Pictures.Noise(2, 2, i) })];
        Assert.Throws<UserException>(() => SplitMaker.Make(samples, ["a", "b"], []).Write(folder["split.csv"]));
    }

    private static int[][] Components(Case c)
    {
        var sets = new DisjointSets(c.Samples.Length);
        foreach (int[] link in c.Together) sets.Join(link[0], link[1]);
        foreach (var group in Enumerable.Range(0, c.Samples.Length).Where(i => c.Samples[i].Group is not null).GroupBy(i => c.Samples[i].Group))
        {
            foreach (int i in group) sets.Join(group.First(), i);
        }
        return [.. sets.Groups()];
    }

    private static bool NoneDivided(Case c, IReadOnlyList<SplitName> splits) => Components(c).All(g => g.All(i => splits[i] == splits[g[0]]));

    private static bool KeepsTraining(Case c, IReadOnlyList<SplitName> splits) => c.Samples.All(s => Has(c, splits, s.Label));

    private static bool Has(Case c, IReadOnlyList<SplitName> splits, int label) => c.Samples.Where((s, i) => s.Label == label && splits[i] == SplitName.Train).Any();
}
