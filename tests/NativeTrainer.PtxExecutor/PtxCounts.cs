namespace NativeTrainer.PtxExecutor;

/// <summary>What a launch did.</summary>
public sealed class PtxCounts
{
    /// <summary>Instructions of warps.</summary>
    public long Instructions { get; set; }

    /// <summary>Tensor-core products of warps.</summary>
    public long MatrixProducts { get; set; }

    /// <summary>Bytes that threads read from and wrote to global memory.</summary>
    public long BytesRead { get; set; }

    public long BytesWritten { get; set; }

    /// <summary>The most 8-row phases of an ldmatrix that hit the same banks at once; 1 is free of conflicts.</summary>
    public int MatrixLoadWays { get; set; }
}
