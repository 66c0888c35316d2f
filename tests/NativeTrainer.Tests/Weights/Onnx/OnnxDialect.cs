namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>Where the batch norm of a network is.</summary>
internal enum NormForm { Nodes, NodesBehindBias, Folded, FoldedInStem }

/// <summary>How a graph averages the last maps.</summary>
internal enum MeanForm { GlobalAveragePool, AveragePool, Convolution, ReduceMean, ReduceMeanNegativeAxes, ReduceMeanWithoutAxes }

/// <summary>How (N, C, 1, 1) becomes (N, C).</summary>
internal enum RowForm { Flatten, ReshapeOpenBatch, ReshapeOpenWidth, ReshapeCopiedBatch, ReshapeComputed, Squeeze }

/// <summary>How a graph writes a linear layer.</summary>
internal enum LinearForm { GemmOfRows, GemmOfColumns, MatMulAdd, MatMulOfTransposed, Convolution }

/// <summary>How a graph pads.</summary>
internal enum PadForm { Attribute, Nodes, SameUpper, SameLower }

/// <summary>Where the weights stand.</summary>
internal enum WeightForm { Initializers, ConstantNodes, BehindIdentity, BehindCast }

/// <summary>How an exporter writes a given network: none of it changes the network's function.</summary>
internal sealed record OnnxDialect
{
    public int Opset { get; init; } = 13;

    /// <summary>Values and weights are called by numbers, nodes not at all.</summary>
    public bool Numeric { get; init; }

    public NormForm Norm { get; init; }

    public MeanForm Mean { get; init; }

    public RowForm Rows { get; init; }

    public LinearForm Linear { get; init; }

    public PadForm Pad { get; init; }

    public WeightForm Weights { get; init; }

    public TensorStorage Storage { get; init; }

    /// <summary>An Identity behind each addition, and a Dropout in front of each linear layer.</summary>
    public bool PassThrough { get; init; }

    /// <summary>The whole graph computes in float16, between two Cast nodes.</summary>
    public bool HalfGraph { get; init; }

    /// <summary><c>Add</c> or <c>Sum</c>.</summary>
    public string Addition { get; init; } = "Add";

    /// <summary>The operator behind the logits, or none.</summary>
    public string? Last { get; init; }

    /// <summary>The batch that the graph demands; -1 leaves it open.</summary>
    public int Batch { get; init; } = -1;

    public bool IsStoredInHalf => Storage is TensorStorage.Half or TensorStorage.HalfTyped;

    /// <summary>The weights are numbers that float16 has, as a file in float16 holds them.</summary>
    public bool RoundsToHalf { get => field || IsStoredInHalf; init; }

    /// <summary>The same numbers in a graph that computes in float32.</summary>
    public OnnxDialect InSingle => this with { RoundsToHalf = RoundsToHalf, Storage = TensorStorage.Raw, Weights = WeightForm.Initializers, HalfGraph = false };
}
