namespace NativeTrainer.Evaluation.Explaining;

/// <summary>Where a network looked for a class: one value for each cell of a grid over its input picture.</summary>
/// <param name="Values">(Height, Width), row-major, not negative; in units of the class's logit.</param>
/// <param name="Class">The class that is explained.</param>
/// <param name="Probabilities">What the network says of the picture, one per class.</param>
public sealed record HeatMap(float[] Values, int Width, int Height, int Class, float[] Probabilities)
{
    /// <summary>The centre of the cell with the highest value (of several, the first), as shares of the input's width and height; (NaN, NaN) where all are 0.</summary>
    public (double X, double Y) Peak
    {
        get
        {
            int best = 0;
            for (int i = 1; i < Values.Length; i++)
                if (Values[i] > Values[best]) best = i;
            return Values[best] > 0 ? ((best % Width + 0.5) / Width, (best / Width + 0.5) / Height) : (double.NaN, double.NaN);
        }
    }

    /// <summary>The values over (height, width) pixels, between cells in proportion, divided by the largest: 0…1; all 0 where the map is.</summary>
    public float[] Spread(int width, int height)
    {
        float most = Values.Max();
        var spread = new float[width * height];
        if (most <= 0) return spread;
        for (int y = 0; y < height; y++)
        {
            var (top, bottom, down) = Between(y, height, Height);
            for (int x = 0; x < width; x++)
            {
                var (left, right, across) = Between(x, width, Width);
                float above = Values[top * Width + left] * (1 - across) + Values[top * Width + right] * across;
                float below = Values[bottom * Width + left] * (1 - across) + Values[bottom * Width + right] * across;
                spread[y * width + x] = (above * (1 - down) + below * down) / most;
            }
        }
        return spread;
    }

    // Cells have their values at their centres.
    private static (int First, int Second, float Share) Between(int at, int pixels, int cells)
    {
        float place = Math.Clamp((at + 0.5f) * cells / pixels - 0.5f, 0, cells - 1);
        int first = (int)place;
        return (first, Math.Min(first + 1, cells - 1), place - first);
    }
}
