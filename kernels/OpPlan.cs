namespace NativeTrainer.Kernels;

/// <summary>
/// An op bound to a device and a shape. Making it validates once and may allocate; running it only asserts and allocates nothing.
/// </summary>
public abstract class OpPlan
{
    /// <summary>The kernel that runs, such as <c>fprop_avx512_12x32</c>; for profiles and benchmark results.</summary>
    public abstract string Variant { get; }

    /// <summary>Device memory that a call may overwrite, in bytes; the largest over forward and backward. The caller gives a tensor of at least this size.</summary>
    public virtual long WorkspaceBytes => 0;

    /// <summary>Multiplications and additions of one forward call.</summary>
    public virtual long Flops => 0;
}

/// <summary>How a backward kernel writes a gradient that several readers of a value contribute to.</summary>
public enum GradientWrite : byte
{
    /// <summary>First contribution: what the tensor held is ignored.</summary>
    Overwrite,

    /// <summary>Later contributions: added to what the tensor holds.</summary>
    Add,
}
