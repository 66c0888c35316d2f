using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>
/// How (rows, channels) splits into parts of whole rows, and the float32 tables in the workspace: <see cref="Sums"/> rows of channels for each part,
/// then <see cref="Coefficients"/> rows of channels. The shape alone decides.
/// </summary>
internal readonly struct BatchNormParts
{
    public const int Sums = 3, Coefficients = 4;

    private const int LeastRows = 16, WantedBlocks = 1024;

    public readonly long Rows;
    public readonly int Channels, RowsPerPart, Count;

    /// <param name="columns">Blocks along the channels: with many, fewer parts keep a card busy.</param>
    public BatchNormParts(long rows, int channels, int columns)
    {
        (Rows, Channels) = (rows, channels);
        int wanted = Math.Max(1, WantedBlocks / columns);
        RowsPerPart = (int)Math.Max((rows + wanted - 1) / wanted, LeastRows);
        Count = Chunks.Count(rows, RowsPerPart);
    }

    public long WorkspaceBytes => ((long)Count * Sums + Coefficients) * Channels * sizeof(float);

    public long First(int part) => (long)part * RowsPerPart;

    public int Length(int part) => (int)(First(part) + RowsPerPart > Rows ? Rows - First(part) : RowsPerPart);

    /// <summary>Where a part's row of sums starts.</summary>
    public long Sum(int part, int row) => ((long)part * Sums + row) * Channels;

    /// <summary>Where a row of coefficients starts.</summary>
    public long Coefficient(int row) => ((long)Count * Sums + row) * Channels;
}
