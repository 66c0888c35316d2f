namespace NativeTrainer.Advice.Duplicates;

/// <summary>(x, y) → (A·x + B·y + C, D·x + E·y + F), in pixels of a thumbnail.</summary>
internal readonly record struct AffineWarp(float A, float B, float C, float D, float E, float F)
{
    public static AffineWarp Identity { get; } = new(1, 0, 0, 0, 1, 0);

    public (float X, float Y) At(float x, float y) => (A * x + B * y + C, D * x + E * y + F);

    /// <summary>First <paramref name="inner"/>, then this.</summary>
    public AffineWarp After(AffineWarp inner) => new(
        A * inner.A + B * inner.D, A * inner.B + B * inner.E, A * inner.C + B * inner.F + C,
        D * inner.A + E * inner.D, D * inner.B + E * inner.E, D * inner.C + E * inner.F + F);

    /// <summary>Not for warps that squash the plane to a line.</summary>
    public AffineWarp Inverse()
    {
        float scale = 1 / (A * E - B * D);
        return new AffineWarp(E * scale, -B * scale, (B * F - C * E) * scale, -D * scale, A * scale, (C * D - A * F) * scale);
    }
}
