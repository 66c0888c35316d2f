namespace NativeTrainer.Kernels;

/// <summary>Extents of a dense row-major tensor of rank 0 to 4; the last dimension is contiguous.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    private readonly int _d0, _d1, _d2, _d3;

    public Shape(int d0) => (Rank, _d0) = (1, Checked(d0));

    public Shape(int d0, int d1) => (Rank, _d0, _d1) = (2, Checked(d0), Checked(d1));

    public Shape(int d0, int d1, int d2) => (Rank, _d0, _d1, _d2) = (3, Checked(d0), Checked(d1), Checked(d2));

    public Shape(int d0, int d1, int d2, int d3) => (Rank, _d0, _d1, _d2, _d3) = (4, Checked(d0), Checked(d1), Checked(d2), Checked(d3));

    /// <summary>Number of dimensions; 0 is a scalar.</summary>
    public int Rank { get; }

    /// <summary>Number of elements; 1 for a scalar.</summary>
    public long Count
    {
        get
        {
            long count = 1;
            for (int i = 0; i < Rank; i++) count = checked(count * this[i]);
            return count;
        }
    }

    /// <summary>Extent of a dimension, 0 ≤ <paramref name="dimension"/> &lt; <see cref="Rank"/>.</summary>
    public int this[int dimension] => (uint)dimension >= (uint)Rank
        ? throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"the shape {this} has rank {Rank}")
        : dimension switch { 0 => _d0, 1 => _d1, 2 => _d2, _ => _d3 };

    /// <summary>Extents, outermost first.</summary>
    public int[] ToArray()
    {
        var extents = new int[Rank];
        for (int i = 0; i < Rank; i++) extents[i] = this[i];
        return extents;
    }

    public bool Equals(Shape other) => Rank == other.Rank && _d0 == other._d0 && _d1 == other._d1 && _d2 == other._d2 && _d3 == other._d3;

    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Rank, _d0, _d1, _d2, _d3);

    public override string ToString() => $"({string.Join(", ", ToArray())})";

    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    private static int Checked(int extent) => extent > 0 ? extent : throw new ArgumentOutOfRangeException(nameof(extent), extent, "extents are at least 1");
}
