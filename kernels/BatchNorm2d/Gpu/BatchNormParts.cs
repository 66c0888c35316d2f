using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>
/// How (rows, channels) splits into parts of whole rows, and the float32 tables in the workspace: <see cref="Coefficients"/> rows of channels,
/// then <see cref="Sums"/> rows of channels for each part. The shape alone decides.
/// </summary>
internal readonly struct BatchNormParts
{
    public const int Sums = 3, Coefficients = 4;

    private const int LeastRows = 16, WantedBlocks = 1024;

    public readonly long Rows;
    public readonly int Channels, RowsPerPart, Count;

    private readonly int _rowsBefore;

    /// <param name="columns">Blocks along the channels: with many, fewer parts keep a card busy.</param>
    public static BatchNormParts Of(long rows, int channels, int columns)
    {
        int wanted = Math.Max(1, WantedBlocks / columns);
        return new(rows, channels, (int)Math.Max((rows + wanted - 1) / wanted, LeastRows), Coefficients);
    }

    /// <param name="rowsBefore">Rows of channels before the sums: none in a table of its own.</param>
    public BatchNormParts(long rows, int channels, int rowsPerPart, int rowsBefore)
    {
        (Rows, Channels, RowsPerPart, _rowsBefore) = (rows, channels, rowsPerPart, rowsBefore);
        Count = Chunks.Count(rows, rowsPerPart);
    }

    public long WorkspaceBytes => ((long)Count * Sums + _rowsBefore) * Channels * sizeof(float);

    public long First(int part) => (long)part * RowsPerPart;

    public int Length(int part) => (int)(First(part) + RowsPerPart > Rows ? Rows - First(part) : RowsPerPart);

    /// <summary>Where a part's row of sums starts.</summary>
    public long Sum(int part, int row) => ((long)part * Sums + row + _rowsBefore) * Channels;

    /// <summary>Where a row of coefficients starts.</summary>
    public long Coefficient(int row) => (long)row * Channels;
}
