using NativeTrainer.Advice.Findings;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Advice.Findings;

public sealed class FindingCatalogueTests
{
    // Programs compare codes and slugs: a line may be added here, none may change.
    private const string Published = """
        NT101 leakage/near-duplicate
        NT102 leakage/exact-duplicate
        NT103 leakage/group-straddles
        NT104 validation/class-shares
        NT105 validation/image-properties
        NT106 validation/domain-shift
        NT107 validation/too-small
        NT108 validation/no-test-part
        NT109 validation/class-absent
        NT201 amount/too-few
        NT202 amount/more-data-pays
        NT203 diversity/coverage
        NT204 diversity/redundancy
        NT205 labels/conflicting-duplicates
        NT206 diversity/repeated-files
        NT301 transfer/source-too-far
        NT302 transfer/better-weights
        NT303 transfer/preprocessing-mismatch
        NT401 training/rate-too-high
        NT402 training/rate-too-low
        NT403 training/strategy-misfit
        NT404 training/head-only
        NT405 training/no-augmentation
        NT406 training/unsafe-augmentation
        NT501 metric/imbalance
        NT502 metric/many-classes
        NT503 metric/below-baseline
        NT601 dirty/undecodable
        NT602 dirty/tiny
        NT603 dirty/dark
        NT604 dirty/bright
        NT605 dirty/blurry
        NT606 dirty/low-information
        NT607 dirty/odd-aspect
        NT608 dirty/odd-size
        NT609 dirty/gray-among-colour
        NT610 labels/error-candidates
        NT611 labels/spurious-correlation
        NT612 serving/production-mismatch
        """;

    [Fact]
    public void CodesAndSlugsStayAsPublished()
        => Assert.Equal(Published.ReplaceLineEndings("\n"), string.Join('\n', FindingCatalogue.All.Select(kind => kind.ToString())));

    [Fact]
    public void CodesSlugsTitlesAndRanksAreUnique()
    {
        Assert.Distinct(FindingCatalogue.All.Select(kind => kind.Code));
        Assert.Distinct(FindingCatalogue.All.Select(kind => kind.Slug));
        Assert.Distinct(FindingCatalogue.All.Select(kind => kind.Title));
        Assert.Distinct(FindingCatalogue.All.Select(kind => kind.Harm));
    }

    [Fact]
    public void EveryPageHasAllItsParagraphsInWholeSentences()
    {
        foreach (var kind in FindingCatalogue.All)
        {
            var paragraphs = kind.Page.Paragraphs().ToList();
            Assert.True(paragraphs.Count >= 5, kind.Code);
            Assert.All(paragraphs, p => Assert.True(p.Text.EndsWith('.') && !p.Text.Contains('\n') && !p.Text.Contains("  "), $"{kind.Code} {p.Heading}: {p.Text}"));
            Assert.All(paragraphs.Take(4), p => Assert.True(p.Text.Length >= 40, $"{kind.Code} {p.Heading} is too short to help"));
            // What silences it has to silence it.
            Assert.Contains(kind.Page.Silence.Split(' ', '.', ','), word => kind.Matches(word));
            Assert.Contains("--allow", kind.Page.Silence);
        }
    }

    [Fact]
    public void EveryFamilyHasATitleAndKinds()
        => Assert.Equal(FindingCatalogue.Families.Select(f => f.Digit), FindingCatalogue.All.Select(kind => kind.Code[2]).Distinct());

    [Theory]
    [InlineData("NT102", true)]
    [InlineData("nt102", true)]
    [InlineData("leakage/exact-duplicate", true)]
    [InlineData("leakage", true)]
    [InlineData("NT1xx", true)]
    [InlineData("NT1", true)]
    [InlineData("NT10", false)]
    [InlineData("validation", false)]
    [InlineData("leak", false)]
    [InlineData("", false)]
    public void AWordMeansAKindByCodeNameGroupOrFamily(string word, bool matches) => Assert.Equal(matches, FindingCatalogue.Find("NT102").Matches(word));

    [Fact]
    public void AnUnknownNameSaysWhatIsNear()
    {
        var error = Assert.Throws<UserException>(() => FindingCatalogue.Find("exact"));
        Assert.Contains("NT102 leakage/exact-duplicate", error.Message);
        Assert.Contains("--allow 'leek'", Assert.Throws<UserException>(() => FindingCatalogue.RequireKnown("--allow", ["leakage", "leek"])).Message);
    }
}
