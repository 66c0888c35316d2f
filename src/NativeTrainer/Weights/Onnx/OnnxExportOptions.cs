namespace NativeTrainer.Weights.Onnx;

/// <summary>Where pictures become the network's input.</summary>
public enum ExportPreprocessing
{
    /// <summary>In the graph: its input <c>images</c> is uint8 (N, S, S, 3), red, green and blue of 0…255, resized and cropped to the weights' size S.</summary>
    Inside,

    /// <summary>Before the graph: its input <c>images</c> is float32 (N, 3, S, S), (v / 255 − mean) / std.</summary>
    Outside,
}

/// <summary>What to export, and how.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>A weights file, or a run folder, whose best weights are taken.</summary>
    public required string Weights { get; init; }

    /// <summary>The ONNX file to write.</summary>
    public required string Output { get; init; }

    public ExportPreprocessing Preprocessing { get; init; } = ExportPreprocessing.Outside;

    /// <summary>The output is <c>probabilities</c> (N, classes), softmax of the logits over the temperature that the weights have; else <c>logits</c>, without it.</summary>
    public bool Softmax { get; init; }

    /// <summary>Batch norm becomes part of the convolutions. A runtime does that by itself; a file that is to be trained from needs it apart.</summary>
    public bool Fold { get; init; }

    /// <summary>Pictures to compare on: a data set, of which the validation part is taken, or a folder. Null takes the data of the run whose folder the weights lie in, else drawn pictures.</summary>
    public string? Check { get; init; }

    /// <summary>Pictures that the comparison takes at most, spread evenly.</summary>
    public int CheckLimit { get; init; } = 64;

    /// <summary>ONNX Runtime's library, or the folder that it lies in; null takes it where the system's loader finds it, and else goes without.</summary>
    public string? OnnxRuntime { get; init; }

    /// <summary>Threads for the comparison; 0 takes all processors.</summary>
    public int Threads { get; init; }
}

/// <summary>How an exported file compares with the weights, through one program that runs it.</summary>
/// <param name="By">What ran the file.</param>
/// <param name="LogitDifference">Largest of all logits; null where the file gives probabilities only and the program shows nothing else.</param>
/// <param name="ProbabilityDifference">Largest of all probabilities.</param>
/// <param name="OtherClass">Images whose likeliest class is another, though two classes are not within the bound of one another.</param>
public sealed record ExportCheck(string By, int Images, double? LogitDifference, double ProbabilityDifference, int OtherClass);

/// <param name="Output">The file.</param>
/// <param name="Weights">What was exported.</param>
/// <param name="Temperature">In the graph, or to divide its logits by; 1 where there is none.</param>
/// <param name="CheckedOn">Where the pictures of the comparison come from.</param>
/// <param name="MaxLogit">Largest absolute logit of those pictures.</param>
public sealed record OnnxExportResult(string Output, long Bytes, ModelWeights Weights, double Temperature, string CheckedOn, double MaxLogit, IReadOnlyList<ExportCheck> Checks);
