namespace NativeTrainer.Kernels.Augmentation;

/// <summary>
/// A map of the plane: x′ = Xx·x + Xy·y + X, y′ = Yx·x + Yy·y + Y. Coordinates are continuous: pixel i covers [i, i + 1) and its centre is i + ½.
/// Double, so that every backend finds the same source pixel on images of any size.
/// </summary>
public readonly record struct AffineMap(double Xx, double Xy, double X, double Yx, double Yy, double Y)
{
    public static AffineMap Identity => new(1, 0, 0, 0, 1, 0);

    public static AffineMap Translation(double x, double y) => new(1, 0, x, 0, 1, y);

    public static AffineMap Scaling(double x, double y) => new(x, 0, 0, 0, y, 0);

    /// <summary>Turns the picture anticlockwise, as seen with y pointing down; exact at multiples of 90°.</summary>
    public static AffineMap Rotation(double degrees)
    {
        double turn = degrees % 360, sin = Math.Sin(turn * Math.PI / 180), cos = Math.Cos(turn * Math.PI / 180);
        if (turn % 90 == 0) (sin, cos) = (Math.Round(sin), Math.Round(cos));
        return new(cos, sin, 0, -sin, cos, 0);
    }

    /// <summary>x grows by <paramref name="x"/> per unit of y, and y by <paramref name="y"/> per unit of x.</summary>
    public static AffineMap Shear(double x, double y) => new(1, x, 0, y, 1, 0);

    /// <summary>Whether rows stay rows and columns stay columns: scaling, mirroring and shifting only.</summary>
    public bool IsAxisAligned => Xy == 0 && Yx == 0;

    /// <summary>This map first, then <paramref name="next"/>.</summary>
    public AffineMap Then(AffineMap next) => new(
        next.Xx * Xx + next.Xy * Yx, next.Xx * Xy + next.Xy * Yy, next.Xx * X + next.Xy * Y + next.X,
        next.Yx * Xx + next.Yy * Yx, next.Yx * Xy + next.Yy * Yy, next.Yx * X + next.Yy * Y + next.Y);

    /// <summary>This map about another origin.</summary>
    public AffineMap About(double x, double y) => Translation(-x, -y).Then(this).Then(Translation(x, y));

    /// <summary>The map back; this map's determinant must not be 0.</summary>
    public AffineMap Inverse()
    {
        double determinant = Xx * Yy - Xy * Yx;
        double xx = Yy / determinant, xy = -Xy / determinant, yx = -Yx / determinant, yy = Xx / determinant;
        return new(xx, xy, -(xx * X + xy * Y), yx, yy, -(yx * X + yy * Y));
    }

    /// <summary>Where the point (<paramref name="x"/>, <paramref name="y"/>) goes.</summary>
    public (double X, double Y) Apply(double x, double y) => (Xx * x + Xy * y + X, Yx * x + Yy * y + Y);
}
