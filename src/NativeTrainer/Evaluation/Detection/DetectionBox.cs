namespace NativeTrainer.Evaluation.Detection;

/// <summary>A box in pixels: upper left corner, width and height, all of which may be fractions.</summary>
public readonly record struct DetectionBox(double X, double Y, double Width, double Height)
{
    public double Area => Width * Height;

    /// <summary>Intersection over union (Jaccard's index) of two boxes, 0…1; 0 where they do not overlap.</summary>
    public double IntersectionOverUnion(DetectionBox other)
    {
        double shared = Intersection(other);
        return shared == 0 ? 0 : shared / (Area + other.Area - shared);
    }

    /// <summary>The share of this box that lies in a crowd region, which is COCO's measure there: a region of many objects is larger than each.</summary>
    public double Inside(DetectionBox crowd)
    {
        double shared = Intersection(crowd);
        return shared == 0 ? 0 : shared / Area;
    }

    private double Intersection(DetectionBox other)
    {
        double width = Math.Min(X + Width, other.X + other.Width) - Math.Max(X, other.X);
        double height = Math.Min(Y + Height, other.Y + other.Height) - Math.Max(Y, other.Y);
        return width <= 0 || height <= 0 ? 0 : width * height;
    }
}

/// <summary>An object that is there.</summary>
/// <param name="Image">Index of its image.</param>
/// <param name="Category">Index of its category.</param>
/// <param name="Area">Of the object in pixels, by which it is small, medium or large: of its mask where it has one, else of its box.</param>
/// <param name="Crowd">A region of many objects: any number of detections may lie in it, and none of them counts.</param>
/// <param name="Ignored">Neither finding nor missing it counts.</param>
public readonly record struct TruthBox(int Image, int Category, DetectionBox Box, double Area, bool Crowd = false, bool Ignored = false);

/// <summary>An object that a detector found.</summary>
/// <param name="Score">Higher is surer.</param>
public readonly record struct DetectedBox(int Image, int Category, DetectionBox Box, double Score);

/// <summary>Images with the objects that are there.</summary>
/// <param name="Images">Their ids, in the order that decides between detections of equal score: rising, as COCO's own evaluation has it.</param>
/// <param name="Categories">Names.</param>
public sealed record DetectionTruth(IReadOnlyList<string> Images, IReadOnlyList<string> Categories, IReadOnlyList<TruthBox> Boxes);
