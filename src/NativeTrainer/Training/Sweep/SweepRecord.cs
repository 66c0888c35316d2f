using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeTrainer.Training.Sweep;

/// <summary>How far a trial came.</summary>
public enum SweepTrialState
{
    /// <summary>Not begun, or interrupted.</summary>
    Open,

    Done,

    /// <summary>Ended by the budget after some of its epochs; judged by the last of them.</summary>
    Cut,

    /// <summary>The loss became infinite.</summary>
    Diverged,

    /// <summary>Did not fit what was left of the budget.</summary>
    Skipped,
}

/// <summary>An arm with a number of epochs, on one or all folds.</summary>
public sealed record SweepTrial
{
    /// <summary>As <see cref="SweepRow.Arm"/>.</summary>
    public required string Arm { get; init; }

    /// <summary>Of halving, from 0.</summary>
    public required int Rung { get; init; }

    /// <summary>As asked for; of a few-shot head 1.</summary>
    public required int Epochs { get; init; }

    /// <summary>Below the sweep's, one for each fold.</summary>
    public required IReadOnlyList<string> Folders { get; init; }

    /// <summary>By the probe.</summary>
    public double PredictedSeconds { get; init; }

    public SweepTrialState State { get; init; }

    /// <summary>Of all folds.</summary>
    public double Seconds { get; init; }

    /// <summary>Of all stages together; of the last fold.</summary>
    public int EpochsDone { get; init; }

    /// <summary>After the last epoch, over the images of all folds.</summary>
    public double Accuracy { get; init; } = double.NaN;

    public double LogLoss { get; init; } = double.NaN;

    public long PeakMemoryBytes { get; init; }

    public string? Note { get; init; }

    /// <summary>Whether it can be judged.</summary>
    [JsonIgnore]
    public bool HasResult => State is SweepTrialState.Done or SweepTrialState.Cut && !double.IsNaN(Accuracy);
}

/// <summary>A line of the table: an arm as far as it came.</summary>
/// <param name="Arm">Strategy, with its rate where rates are tried.</param>
/// <param name="Epochs">Of the run that is judged, as asked for.</param>
/// <param name="Low">Of the 95 % interval of <paramref name="Accuracy"/> (Wilson).</param>
/// <param name="Difference">Accuracy less the winner's.</param>
/// <param name="DifferenceLow">Of its 95 % interval, by bootstrap of the same images; NaN where none differs.</param>
/// <param name="P">Two-sided, exact, McNemar's test against the winner; of one comparison.</param>
/// <param name="Seconds">Of the run that is judged, its pictures decoded and, where the backbone is frozen, its features computed already.</param>
/// <param name="TrainedParameters">That learn in some stage.</param>
/// <param name="WeightsBytes">Of the weights file.</param>
/// <param name="State">Of the run that is judged; skipped where none was.</param>
public sealed record SweepRow(string Arm, int Epochs, double Accuracy, double Low, double High, double MacroF1, double LogLoss, double Difference, double DifferenceLow, double DifferenceHigh, double P, double Seconds,
    long TrainedParameters, long PeakMemoryBytes, long WeightsBytes, SweepTrialState State, string? Note);

/// <summary>Who won, in figures and words.</summary>
/// <param name="Arm">The highest accuracy; of equals the lower log loss.</param>
/// <param name="Cheapest">The quickest that is not measurably worse (McNemar's p of 0.05 or more).</param>
/// <param name="Run">The run folder with the winner's weights, below the sweep's.</param>
public sealed record SweepVerdict(string Arm, string Cheapest, string Run, string Text);

/// <summary><c>sweep.json</c>: all that a sweep decided and measured, and what the next call goes on from.</summary>
public sealed record SweepRecord
{
    public const string FileName = "sweep.json", CsvName = "sweep.csv", WeightsName = "best.safetensors", DataName = "data.csv";

    /// <summary>What was asked for, by flag; a call that asks for something else is refused.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Changes with the list of files, their labels and sizes.</summary>
    public required string Fingerprint { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    public required int TrainImages { get; init; }

    /// <summary>Images that each arm is judged on.</summary>
    public required int JudgedImages { get; init; }

    /// <summary>1 without cross-validation.</summary>
    public required int Folds { get; init; }

    /// <summary>Why the images are divided as they are.</summary>
    public required string Division { get; init; }

    /// <summary>0 without a limit.</summary>
    public required double BudgetSeconds { get; init; }

    /// <summary>Of all calls so far.</summary>
    public double SpentSeconds { get; init; }

    /// <summary>Of these for decoding, features and the probe.</summary>
    public double PreparationSeconds { get; init; }

    /// <summary>Arms that reach each rung and the epochs they get there; rung 0 of those on features alone is not among them.</summary>
    public IReadOnlyList<SweepRung> Rungs { get; init; } = [];

    public IReadOnlyList<SweepTrial> Trials { get; init; } = [];

    /// <summary>The best first; empty until the sweep is finished.</summary>
    public IReadOnlyList<SweepRow> Rows { get; init; } = [];

    public SweepVerdict? Verdict { get; init; }

    public bool Finished => Verdict is not null;

    // Class names and reasons stay readable.
    private static readonly SweepJson Indented = new(new JsonSerializerOptions(SweepJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }),
        OneLine = new(new JsonSerializerOptions(SweepJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = false });

    /// <exception cref="JsonException">The text is no record of a sweep.</exception>
    public static SweepRecord Parse(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, Indented.SweepRecord) ?? throw new JsonException("the file holds only null");

    /// <param name="indented">Else one line.</param>
    public static string Format(SweepRecord record, bool indented = true) => JsonSerializer.Serialize(record, (indented ? Indented : OneLine).SweepRecord);
}

/// <param name="Arms">That reach it, at most.</param>
/// <param name="Epochs">Of each.</param>
public sealed record SweepRung(int Arms, int Epochs);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters = [typeof(KebabCaseConverter<SweepTrialState>)])]
[JsonSerializable(typeof(SweepRecord))]
internal sealed partial class SweepJson : JsonSerializerContext;
