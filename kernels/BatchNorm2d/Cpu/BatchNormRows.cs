namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>
/// How (rows, channels) splits into chunks of whole rows, and the float32 tables in the workspace: <see cref="Chunks"/> tables of partial sums,
/// each <see cref="PartialRows"/> × <see cref="Stride"/>, then one table of coefficients, <see cref="CoefficientRows"/> × <see cref="Stride"/>.
/// </summary>
internal readonly struct BatchNormRows
{
    public const int PartialRows = 3;
    public const int CoefficientRows = 4;

    /// <summary>256 KB of a chunk stay in the second-level cache, where a chunk is read twice.</summary>
    private const int ChunkElements = 65536;

    /// <summary>At most this many float32 additions in a row, which bounds their rounding error; then float64 takes over.</summary>
    private const int LongestSum = 1024;

    private const int FewestChunks = 16;

    public BatchNormRows(long rows, int channels)
    {
        (Rows, Channels) = (rows, channels);
        Stride = (channels + 15) / 16 * 16;
        PerChunk = (int)Math.Clamp(Math.Min(ChunkElements / channels, rows / FewestChunks), 16, LongestSum);
        Chunks = Devices.Chunks.Count(rows, PerChunk);
    }

    public long Rows { get; }

    public int Channels { get; }

    /// <summary>Channels rounded up to whole cache lines.</summary>
    public int Stride { get; }

    public int PerChunk { get; }

    public int Chunks { get; }

    public long WorkspaceBytes => ((long)Chunks * PartialRows + CoefficientRows) * Stride * sizeof(float);

    public long First(int chunk) => (long)chunk * PerChunk;

    public long End(int chunk) => Math.Min(Rows, First(chunk) + PerChunk);

    /// <summary>Rows of one chunk.</summary>
    public int Length(int chunk) => (int)(End(chunk) - First(chunk));

    public unsafe float* Partial(float* workspace, int chunk, int row) => workspace + ((long)chunk * PartialRows + row) * Stride;

    public unsafe float* Coefficients(float* workspace, int row) => workspace + ((long)Chunks * PartialRows + row) * Stride;
}
