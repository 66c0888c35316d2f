using System.Text.Json.Serialization;

using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>Which part of the network learns, and when.</summary>
public enum TrainingStrategy
{
    /// <summary>Only the classifier; the backbone runs as inference and its features are cached where the augmentation allows it.</summary>
    Head,

    /// <summary>First the classifier alone, then all layers at a lower rate.</summary>
    TwoStage,

    /// <summary>The classifier first, then one more stage at a time, from the last to the first.</summary>
    Gradual,

    /// <summary>All layers from the first step.</summary>
    Full,

    /// <summary>A classifier in closed form on frozen features, chosen and calibrated by leave-one-out: for a few images a class, in seconds.</summary>
    FewShot,
}

/// <summary>When <see cref="TrainingStrategy.Gradual"/> lets the next stage of the network learn.</summary>
public enum UnfreezeKind
{
    /// <summary>The epochs are shared among the stages.</summary>
    Schedule,

    /// <summary>When validation has not become better for <see cref="TrainOptions.UnfreezePatience"/> epochs; the epochs that are left are the next stage's.</summary>
    Plateau,
}

/// <summary>What batch norm does in layers that are trained and in layers that are frozen.</summary>
public enum BatchNormPolicy
{
    /// <summary>Batch statistics where the layer is trained, running statistics where it is frozen.</summary>
    Auto,

    /// <summary>Batch statistics everywhere, also in frozen layers (whose running statistics then move).</summary>
    Train,

    /// <summary>Running statistics everywhere; trained layers still learn weight and bias.</summary>
    Eval,
}

/// <summary>How the learning rate moves over a stage of training.</summary>
public enum ScheduleKind
{
    Constant,

    /// <summary>Multiplied by <see cref="TrainOptions.StepGamma"/> every <see cref="TrainOptions.StepEpochs"/> epochs.</summary>
    Step,

    /// <summary>Half a cosine from the rate down to 0 (Loshchilov and Hutter 2017, without restarts).</summary>
    Cosine,

    /// <summary>Up from 1/25 over 30 % of the steps, then down to 1/25 · 1e-4, both along cosines (Smith 2018, as PyTorch's OneCycleLR).</summary>
    OneCycle,
}

public enum OptimizerKind
{
    Sgd,

    [JsonStringEnumMemberName("adamw")]
    AdamW,
}

/// <summary>What to do about classes of unequal size.</summary>
public enum BalanceKind
{
    None,

    /// <summary>Each class is drawn equally often.</summary>
    Sampler,

    /// <summary>The loss of a class is weighted by the inverse of its share.</summary>
    Weights,
}

/// <summary>The validation figure that picks the best epoch and stops early.</summary>
public enum SelectionMetric
{
    Accuracy,
    BalancedAccuracy,
    MacroF1,
    Loss,

    /// <summary>Mean average precision, of images with several labels: what picks there unless another figure than accuracy is asked for.</summary>
    Map,
}

/// <summary>Everything that decides a run. Saved as <c>options.json</c> in the run folder; given back, it repeats the run.</summary>
public sealed record TrainOptions
{
    /// <summary>Image folder, folder with split CSVs, a CSV file, or a file or folder of an annotation tool.</summary>
    public required string Data { get; init; }

    /// <summary>A safetensors file to start from; null with <see cref="Model"/> starts from random weights.</summary>
    public string? Weights { get; init; }

    /// <summary>
    /// A known name such as resnet18: without <see cref="Weights"/> it trains from random weights; with them, stages that the file lacks
    /// are added at random (He). Null takes the weights' own architecture.
    /// </summary>
    public string? Model { get; init; }

    public TrainingStrategy Strategy { get; init; } = TrainingStrategy.TwoStage;

    /// <summary>The head of <see cref="TrainingStrategy.FewShot"/>.</summary>
    public FewShotHeadKind FewShotHead { get; init; }

    /// <summary>Stages or layers to keep fixed (conv1, bn1, layer1 … fc, or a longer prefix such as layer4.0).</summary>
    public IReadOnlyList<string> Freeze { get; init; } = [];

    /// <summary>Stages or layers to train; all others stay fixed. Not together with <see cref="Freeze"/>.</summary>
    public IReadOnlyList<string> TrainOnly { get; init; } = [];

    /// <summary>Side of the input in pixels; 0 takes the size stored with the weights.</summary>
    public int Size { get; init; }

    /// <summary>Epochs over the images: all stages but the cached head stage of <see cref="TrainingStrategy.TwoStage"/> and <see cref="TrainingStrategy.Gradual"/>.</summary>
    public int Epochs { get; init; } = 8;

    /// <summary>Epochs of the head on cached features, before the backbone thaws (two-stage and gradual).</summary>
    public int HeadEpochs { get; init; } = 20;

    /// <summary>Images per forward and backward pass.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Batches whose gradients are added before one optimizer step.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>
    /// Peak rate. It is the backbone's; a new head that is trained beside it from the first step (<see cref="TrainingStrategy.Full"/>, or
    /// AdamW) takes ten times as much, unless <see cref="LearningRateFor"/> says otherwise. 0 chooses: SGD 0.005, AdamW 1e-4, from random
    /// weights ten times that.
    /// </summary>
    public float LearningRate { get; init; }

    /// <summary>Rates by stage or layer prefix; the longest matching prefix wins.</summary>
    public IReadOnlyDictionary<string, float> LearningRateFor { get; init; } = new Dictionary<string, float>();

    /// <summary>Factor per stage from the head towards the input, 0 &lt; d ≤ 1; 1 is one rate for the whole backbone. 0 chooses: 0.5 for <see cref="TrainingStrategy.Gradual"/>, else 1.</summary>
    public float LayerDecay { get; init; }

    /// <summary>When <see cref="TrainingStrategy.Gradual"/> goes on to the next stage.</summary>
    public UnfreezeKind Unfreeze { get; init; }

    /// <summary>Epochs without a better validation, at least 1, after which <see cref="UnfreezeKind.Plateau"/> goes on.</summary>
    public int UnfreezePatience { get; init; } = 2;

    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Sgd;

    /// <summary>SGD's momentum, 0 ≤ m &lt; 1.</summary>
    public float Momentum { get; init; } = 0.9f;

    public bool Nesterov { get; init; }

    /// <summary>Decay of convolution and linear weights; biases and norms are not decayed.</summary>
    public float WeightDecay { get; init; } = 1e-4f;

    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Epochs of linear warm-up from 0; may be a fraction.</summary>
    public float WarmupEpochs { get; init; }

    public int StepEpochs { get; init; } = 3;

    public float StepGamma { get; init; } = 0.1f;

    /// <summary>Largest norm of the whole gradient; 0 does not clip.</summary>
    public float ClipNorm { get; init; }

    public BatchNormPolicy BatchNorm { get; init; } = BatchNormPolicy.Auto;

    /// <summary>
    /// Preset or list understood by the augmentation parser, such as <c>light</c> or <c>medium,hue=0.1</c>. <c>auto</c> is <c>none</c> where only
    /// the head is trained (its features are then computed once) and <c>light</c> otherwise.
    /// </summary>
    public string Augment { get; init; } = "auto";

    public float LabelSmoothing { get; init; }

    /// <summary>Weights of a larger network of the same classes, to learn from beside the labels (Hinton et al. 2015); null for none. Heads on cached features learn from labels alone.</summary>
    public string? Teacher { get; init; }

    /// <summary>The teacher's share α of the loss, 0 &lt; α ≤ 1: (1 − α)·cross entropy + α·T²·KL(teacher ‖ student).</summary>
    public float DistillAlpha { get; init; } = 0.5f;

    /// <summary>T, by which both networks' logits are divided for that: above 1 it brings out what the teacher thinks of the other classes.</summary>
    public float DistillTemperature { get; init; } = 4;

    public BalanceKind Balance { get; init; } = BalanceKind.None;

    /// <summary>Decay per step of an exponential moving average of the weights, 0 ≤ d &lt; 1; 0 keeps none. Validation and checkpoints use the average.</summary>
    public float Ema { get; init; }

    /// <summary>
    /// The weights at the ends of so many last epochs are averaged (Izmailov et al. 2018), and batch norm's statistics measured for the average; 0 averages nothing. The rate stays where it
    /// is when these epochs begin.
    /// </summary>
    public int Swa { get; init; }

    /// <summary>Epochs without improvement after which training stops; 0 never stops early.</summary>
    public int Patience { get; init; }

    public SelectionMetric Metric { get; init; } = SelectionMetric.Accuracy;

    /// <summary>Widths of hidden layers of a new head.</summary>
    public IReadOnlyList<int> HeadHidden { get; init; } = [];

    /// <summary>Dropout probability before each linear layer of a new head.</summary>
    public float HeadDropout { get; init; }

    /// <summary>Share of each class that validates when the data has no validation split.</summary>
    public float ValidationFraction { get; init; } = 0.2f;

    /// <summary>Trains on the boxes of annotations, each cropped with so much of its width and height as margin on each side, 0 to 2; null takes whole pictures.</summary>
    public float? CropBoxes { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>Kernel threads; 0 takes all processors.</summary>
    public int Threads { get; init; }

    public string Device { get; init; } = "auto";

    /// <summary>Of the convolutions and what lies between them; weights, statistics and the loss are float32 in any case.</summary>
    public PrecisionChoice Precision { get; init; }

    /// <summary>Memory for decoded images, in bytes; beyond it images are decoded again each epoch.</summary>
    public long CacheBytes { get; init; } = 2_000_000_000;

    /// <summary>
    /// Keep what residual blocks hand on and make the rest again in the backward pass (Chen et al. 2016): activations take less memory, a step computes about a third more, and the
    /// bits are the same.
    /// </summary>
    public bool CheckpointActivations { get; init; }

    /// <summary>
    /// Bytes that the run may take, with its cache; on a card, of the card's memory. <see cref="Batch"/> and <see cref="CacheBytes"/> become smaller to fit, and <see cref="Accumulate"/>
    /// larger, so that a step still sees as many images. 0 sets no limit.
    /// </summary>
    public long MemoryBytes { get; init; }

    /// <summary>Stop at the first file that cannot be decoded instead of leaving it out.</summary>
    public bool Strict { get; init; }

    /// <summary>
    /// Findings of the audit that do not refuse the data: codes, names or groups, such as <c>leakage</c>. Every result of a run that would have been refused is marked with them.
    /// </summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>An edited <c>audit.csv</c> whose drops and relabels are applied to the data set; null for none.</summary>
    public string? Fix { get; init; }

    /// <summary>Optimizer steps between checkpoints inside an epoch; 0 saves at the end of each epoch only.</summary>
    public int SaveEvery { get; init; }

    /// <summary>The run folder; null makes <c>runs/&lt;data&gt;-&lt;n&gt;</c>.</summary>
    public string? Out { get; init; }
}
