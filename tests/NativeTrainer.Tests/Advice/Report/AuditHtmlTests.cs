using System.Xml;
using System.Xml.Linq;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Report;
using NativeTrainer.Html;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Advice.Report;

public sealed class AuditHtmlTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("b.jpg")]
    [InlineData(SampleReport.Hostile)]
    [InlineData("]]></style><script>alert(1)</script>.jpg")]
    public void IsWellFormedAndRunsNothing(string name)
    {
        var page = Parse(AuditHtml.Render(SampleReport.Make(_folder.Path, name), new Thumbnails()));
        Assert.Empty(page.Descendants("script"));
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.Equal(2, page.Descendants("article").Count());
    }

    [Fact]
    public void AsksNothingOfANetwork()
    {
        Picture("train/cat/a.jpg");
        string html = AuditHtml.Render(SampleReport.Make(_folder.Path), new Thumbnails());
        Assert.DoesNotContain("http:", html);
        Assert.DoesNotContain("https:", html);
        Assert.DoesNotContain("url(", html);
        Assert.DoesNotContain("@import", html);
        var page = Parse(html);
        Assert.All(page.Descendants().Attributes("src"), source => Assert.StartsWith("data:image/jpeg;base64,", source.Value));
        Assert.All(page.Descendants().Attributes("href"), link => Assert.StartsWith("#", link.Value));
        Assert.Contains(page.Descendants("meta"), meta => (string?)meta.Attribute("http-equiv") == "Content-Security-Policy" && meta.Attribute("content")!.Value.StartsWith("default-src 'none'", StringComparison.Ordinal));
    }

    [Fact]
    public void ShowsPairsSideBySideWithWordsForThoseWhoDoNotSeeThem()
    {
        Picture("train/cat/a.jpg");
        Picture("val/cat/b.jpg");
        var page = Parse(AuditHtml.Render(SampleReport.Make(_folder.Path), new Thumbnails()));
        var images = page.Descendants("figure").First().Descendants("img").ToList();
        Assert.Equal(["train/cat/a.jpg, class cat", "val/cat/b.jpg, class cat"], images.Select(image => image.Attribute("alt")!.Value));
        foreach (var image in images)
        {
            var decoded = ImageDecoder.Decode(Convert.FromBase64String(image.Attribute("src")!.Value.Split(',')[1])).Image!;
            Assert.Equal((220, 110), (decoded.Width, decoded.Height));
        }
    }

    [Theory]
    [InlineData("Run 'nativetrainer split DATA --fix', or --allow leakage.", "nativetrainer split DATA --fix|--allow")]
    [InlineData("The camera's light isn't 'it. Take --metric.", "--metric")]
    [InlineData("It's a dash -- no flag, nor re-encoded--twice.", "")]
    public void CommandsAndFlagsAreCode(string advice, string code)
    {
        var report = SampleReport.Make(_folder.Path);
        report = report with { Findings = [report.Findings[0] with { Advice = advice }] };
        var next = Parse(AuditHtml.Render(report, new Thumbnails())).Descendants("p").Single(p => (string?)p.Attribute("class") == "next");
        Assert.Equal(code, string.Join('|', next.Descendants("code").Select(element => element.Value)));
        Assert.Equal(advice.Replace("'nativetrainer split DATA --fix'", "nativetrainer split DATA --fix"), next.Value["Next step".Length..]);
    }

    [Fact]
    public void EveryLinkLeadsToACard()
    {
        var page = Parse(AuditHtml.Render(SampleReport.Make(_folder.Path), new Thumbnails()));
        var names = page.Descendants().Attributes("id").Select(id => id.Value).ToHashSet();
        Assert.All(page.Descendants("a").Attributes("href"), link => Assert.Contains(link.Value[1..], names));
        Assert.All(page.Descendants().Attributes("aria-labelledby"), label => Assert.Contains(label.Value, names));
    }

    [Fact]
    public void SaysWhenPicturesAreLeftOut()
    {
        Picture("train/cat/a.jpg");
        Picture("val/cat/b.jpg");
        var thumbnails = new Thumbnails(budget: 1);
        string html = AuditHtml.Render(SampleReport.Make(_folder.Path), thumbnails);
        Assert.Single(Parse(html).Descendants("img"));
        Assert.Equal(2, thumbnails.LeftOut);
        Assert.Contains("2 pictures left out to keep this file small", html);
    }

    [Fact]
    public void EveryPageIsInTheReportThatNeedsIt()
    {
        var report = SampleReport.Make(_folder.Path) with
        {
            Findings = [.. FindingCatalogue.All.Select(kind => new Finding { Kind = kind, Severity = Severity.Note, Summary = "s.", Advice = "a." })],
        };
        string text = Parse(AuditHtml.Render(report, new Thumbnails())).Root!.Value;
        Assert.All(FindingCatalogue.All, kind => Assert.Contains(kind.Page.Cost.Replace("'", ""), text.Replace("'", "")));
    }

    private void Picture(string name)
    {
        string path = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ImageWriter.Write(new RgbImage(new byte[400 * 200 * 3], 400, 200), path);
    }

    // The document type is HTML's; all after it is XML too.
    private static XDocument Parse(string html)
    {
        Assert.StartsWith("<!DOCTYPE html>\n", html);
        using var reader = XmlReader.Create(new StringReader(html["<!DOCTYPE html>\n".Length..]));
        return XDocument.Load(reader);
    }
}
