using NativeTrainer.Advice.Augmentations;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Advice.Augmentations;

/// <summary>Pictures and features made for the test, so that what each augmentation does to a class is known.</summary>
public class AugmentationSafetyTests
{
    private const int Side = 16, PerClass = 12;

    [Fact]
    public void MirrorImagesAreARiskWhereLeftAndRightAreTheClasses()
    {
        var report = Check([.. Pictures((x, _, c) => c < 2 ? (x < Side / 2) == (c == 0) : true, classes: 3)], ["left", "right", "both"], "light");
        Assert.Equal(["left", "right"], report.Risks.Where(r => r.Kind == "hflip").Select(r => r.Class));
        Assert.Equal("right", report.Risks[0].Towards);
        Assert.Contains("--augment …,hflip=0", report.Risks[0].Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(report.Risks, r => r.Class == "both");
    }

    [Fact]
    public void HueIsARiskWhereColourIsTheClass()
    {
        var coloured = Enumerable.Range(0, 3 * PerClass).Select(i => Picture(i, (_, _) => true, i / PerClass)).ToArray();
        var report = Check(coloured, ["red", "green", "blue"], "none,hue=0.5,hflip=0.5");
        Assert.Equal(["red", "green", "blue"], report.Risks.Where(r => r.Kind == "hue").Select(r => r.Class));
        Assert.DoesNotContain(report.Risks, r => r.Kind == "hflip");
    }

    [Fact]
    public void AnAgreementThatWasNeverThereIsNoRisk()
    {
        // Both classes look alike: neighbours say nothing before or after.
        var report = Check([.. Pictures((_, _, _) => true, classes: 2)], ["a", "b"], "medium");
        Assert.Empty(report.Risks);
        Assert.NotEmpty(report.Agreements);
    }

    private static AugmentationSafetyReport Check(RgbImage[] pictures, string[] classes, string augment)
        => AugmentationSafety.Check(pictures, [.. Enumerable.Range(0, pictures.Length).Select(i => i / PerClass)], classes, AugmentationOptions.Parse(augment), Pixels, Side);

    private static IEnumerable<RgbImage> Pictures(Func<int, int, int, bool> bright, int classes)
        => Enumerable.Range(0, classes * PerClass).Select(i => Picture(i, (x, y) => bright(x, y, i / PerClass), channel: -1));

    /// <summary>Gray, or of one channel, with some noise.</summary>
    private static RgbImage Picture(int seed, Func<int, int, bool> bright, int channel)
    {
        var random = new Random(seed);
        var pixels = new byte[Side * Side * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            bool on = bright(i / 3 % Side, i / 3 / Side) && (channel < 0 || i % 3 == channel);
            pixels[i] = (byte)((on ? 180 : 20) + random.Next(40));
        }
        return new RgbImage(pixels, Side, Side);
    }

    private static float[] Pixels(IReadOnlyList<RgbImage> pictures) => [.. pictures.SelectMany(p => p.Pixels.Select(v => v - 110f))];
}
