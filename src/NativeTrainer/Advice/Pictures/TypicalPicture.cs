using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Pictures;

/// <summary>What is usual in a set, and the limits beyond which a picture is not.</summary>
internal sealed class TypicalPicture
{
    // 3.5 robust standard deviations: Iglewicz and Hoaglin 1993 (How to detect and handle outliers). Of normal figures 1 in 4,000 lies beyond on a side.
    private const double FarScore = 3.5;

    // Aspects and sizes are a few values rather than a bell: photos of 4:3, 3:2 and 16:9, upright and across, lie within a factor of three.
    private const double FarShapeScore = 5;

    private const double LargestScore = 99;

    // Below, networks see blocks: 32 is CIFAR's side. A set of such pictures is meant so: a picture is tiny only where it is half the typical one.
    private const int TinySide = 64, ExtremeTinySide = 16;

    // Of the luma that 99 % of the pixels stay below, or 95 % above: a quarter of the scale is what an sRGB screen shows as near black (5 % of its light).
    private const double DarkHighlights = 0.25, BlackHighlights = 0.1, BrightShadows = 0.75, WhiteShadows = 0.93;

    // Laplacian variance at a short side of 224. In four public sets of photos 95 of 100 have more than 80; enlarged from a quarter of their side 95 of 100 have
    // less than 27, and from an eighth, where a shape is left and no detail, less than 6.
    private const double SoftSharpness = 40, BlurredSharpness = 6;

    // Blocks of 8 × 8 whose luma spans 8 levels or less. Objects cut out on white reach 0.9 and their edges keep their entropy, so it takes both.
    private const double EmptyFlatShare = 0.97, BlankFlatShare = 0.998, EmptyEntropy = 4;

    // A strip, of which a centre crop shows a third or a fifth.
    private const double OddAspect = 3, ExtremeAspect = 5;

    // An image's sides against the median's: 4 times and 16 times as many pixels, or as few.
    private const double OddSizeOctaves = 4, ExtremeSizeOctaves = 8;

    // Gray photos are unusual where they are fewer.
    private const double GrayShareOfSet = 0.1;

    private readonly double _shortSide, _grayShare, _coloured, _flat;
    private readonly RobustSpread _highlights, _shadows, _sharpness, _entropy, _aspect, _pixels;

    public TypicalPicture(IReadOnlyList<PictureStatistics> set)
    {
        _shortSide = RobustSpread.Of(set.Select(s => (double)s.ShortSide), 1).Median;
        _coloured = RobustSpread.Of(set.Select(s => s.ColouredShare), 1).Median;
        _flat = RobustSpread.Of(set.Select(s => s.FlatShare), 1).Median;
        _grayShare = set.Count(s => s.IsGray) / (double)set.Count;
        // The least spreads are a just visible step of light, a tenth of the sharpness, a fifth of the sides' ratio, and a factor of 1.4 in pixels.
        _highlights = RobustSpread.Of(set.Select(s => s.Highlights), 0.02);
        _shadows = RobustSpread.Of(set.Select(s => s.Shadows), 0.02);
        _sharpness = RobustSpread.Of(set.Select(PictureProperty.Sharpness.Value), 0.15);
        _entropy = RobustSpread.Of(set.Select(s => s.Entropy), 0.1);
        _aspect = RobustSpread.Of(set.Select(PictureProperty.Aspect.Value), 0.25);
        _pixels = RobustSpread.Of(set.Select(PictureProperty.Pixels.Value), 0.5);
    }

    public IEnumerable<PictureOutlier> Judge(PictureStatistics picture, int index)
    {
        PictureOutlier Found(PictureIssue issue, double value, double typical, double score, bool extreme) => new(index, issue, value, typical, Math.Clamp(Math.Abs(score), 0, LargestScore), extreme);
        double size = _pixels.Score(PictureProperty.Pixels.Value(picture)), octaves = PictureProperty.Pixels.Value(picture) - _pixels.Median;
        if (picture.ShortSide < TinySide && picture.ShortSide * 2 <= _shortSide) yield return Found(PictureIssue.Tiny, picture.ShortSide, _shortSide, size, picture.ShortSide < ExtremeTinySide);
        else if (Math.Abs(octaves) >= OddSizeOctaves && Math.Abs(size) >= FarShapeScore)
            yield return Found(PictureIssue.OddSize, (double)picture.Width * picture.Height, Math.Pow(2, _pixels.Median), size, Math.Abs(octaves) >= ExtremeSizeOctaves);

        double aspect = PictureProperty.Aspect.Value(picture), strip = Math.Abs(aspect - _aspect.Median), aspectScore = _aspect.Score(aspect);
        if (strip >= Math.Log2(OddAspect) && Math.Abs(aspectScore) >= FarShapeScore)
            yield return Found(PictureIssue.OddAspect, picture.Aspect, Math.Pow(2, _aspect.Median), aspectScore, strip >= Math.Log2(ExtremeAspect));

        // Black, white and blank pictures are blurred and gray, too: the reason is named and not what follows from it.
        if (picture.Highlights <= BlackHighlights || (picture.Highlights <= DarkHighlights && _highlights.Score(picture.Highlights) <= -FarScore))
            yield return Found(PictureIssue.Dark, picture.Highlights, _highlights.Median, _highlights.Score(picture.Highlights), picture.Highlights <= BlackHighlights);
        else if (picture.Shadows >= WhiteShadows || (picture.Shadows >= BrightShadows && _shadows.Score(picture.Shadows) >= FarScore))
            yield return Found(PictureIssue.Bright, picture.Shadows, _shadows.Median, _shadows.Score(picture.Shadows), picture.Shadows >= WhiteShadows);
        else if (picture.FlatShare >= BlankFlatShare || (picture.FlatShare >= EmptyFlatShare && picture.Entropy <= EmptyEntropy && _entropy.Score(picture.Entropy) <= -FarScore))
            yield return Found(PictureIssue.LowInformation, picture.FlatShare, _flat, _entropy.Score(picture.Entropy), picture.FlatShare >= BlankFlatShare);
        else
        {
            double sharpness = _sharpness.Score(PictureProperty.Sharpness.Value(picture));
            // In a sharp set nothing else looks like these, however far a dark or small class spreads the sharpness.
            bool blurred = picture.Sharpness <= BlurredSharpness && _sharpness.Median >= Math.Log2(SoftSharpness);
            if (blurred || (picture.Sharpness <= SoftSharpness && sharpness <= -FarScore))
                yield return Found(PictureIssue.Blurry, picture.Sharpness, Math.Pow(2, _sharpness.Median) - 0.5, sharpness, picture.Sharpness <= BlurredSharpness);
            if (picture.IsGray && _grayShare < GrayShareOfSet) yield return Found(PictureIssue.Gray, picture.ColouredShare, _coloured, 1 / Math.Max(_grayShare, 0.01), false);
        }
    }
}
