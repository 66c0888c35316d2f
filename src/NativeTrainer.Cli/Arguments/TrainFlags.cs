using System.CommandLine;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Cli.Arguments;

/// <summary>The flags of <c>train</c>, each with the option it sets. A flag that is not given leaves the value of <c>--config</c> or the default.</summary>
internal sealed class TrainFlags
{
    private readonly Command _command;
    private readonly Option<string> _config = Options.Text("--config", "FILE", "Start from the options.json of a run (flags win over it).");
    private readonly List<(Option Option, Func<ParseResult, TrainOptions, TrainOptions> Apply)> _flags = [];

    private readonly string[] _except;

    /// <param name="withOut">Whether the command makes a run folder.</param>
    /// <param name="except">Flags that the command has no use for, or its own for.</param>
    public TrainFlags(Command command, bool withOut = true, params string[] except)
    {
        (_command, _except) = (command, except);
        Source();
        Schedule();
        Rates();
        Regularization();
        Machine();
        if (withOut) Add(Options.Text("--out", "FOLDER", "The run folder. [default: runs/DATA-N]", "-o"), (o, v) => o with { Out = v });
        command.Add(_config);
    }

    /// <summary>The flags' names that were given.</summary>
    public IEnumerable<string> Given(ParseResult parsed) => _flags.Select(flag => flag.Option).Append(_config).Where(parsed.Given).Select(option => option.Name);

    /// <summary>The flags that were given, as they were typed and fit for a shell, but for some.</summary>
    public IEnumerable<string> Typed(ParseResult parsed, IReadOnlySet<string> except)
        => from option in _flags.Select(flag => flag.Option).Append(_config)
           where parsed.Given(option) && !except.Contains(option.Name)
           select string.Join(' ', parsed.GetResult(option)!.Tokens.Select(token => Output.Units.Shell(token.Value)).Prepend(option.Name));

    /// <exception cref="UserException">The file of <c>--config</c> cannot be used.</exception>
    public TrainOptions Read(ParseResult parsed)
    {
        var options = parsed.GetValue(_config) is string file ? TrainOptionsFile.Load(file) : new TrainOptions { Data = "" };
        foreach (var (option, apply) in _flags)
            if (parsed.Given(option)) options = apply(parsed, options);
        return options;
    }

    private void Source()
    {
        Add(Options.Text("--data", "PATH", "Folder with train/ and val/, or with one folder per class; a CSV with path,label[,split][,group][,x,y,width,height]; or a file or folder of COCO, Label Studio, Kili, CVAT, Pascal VOC or YOLO annotations."), (o, v) => o with { Data = v });
        Add(DataFlags.CropBoxes(), (o, v) => o with { CropBoxes = v ?? DataFlags.UsualMargin });
        Add(Options.Text("--weights", "FILE", "Weights to start from (.safetensors; see convert).", "-w"), (o, v) => o with { Weights = v });
        Add(Options.Text("--model", "NAME", "resnet18, 34, 50, 101 or 152: without --weights from random weights, with them adding the stages they lack."), (o, v) => o with { Model = v });
        Add(Options.Choice("--strategy", "What learns: a head fitted at once to a few images a class; the head; the head then all; one stage after another; all at once. [default: two-stage]",
            ("few-shot", TrainingStrategy.FewShot), ("head", TrainingStrategy.Head), ("two-stage", TrainingStrategy.TwoStage), ("gradual", TrainingStrategy.Gradual), ("full", TrainingStrategy.Full)), (o, v) => o with { Strategy = v });
        Add(Options.Choice("--few-shot-head", "Of --strategy few-shot: class means, their directions, shrinkage LDA, ridge regression or nearest neighbours; auto lets leave-one-out choose. [default: auto]",
            ("auto", FewShotHeadKind.Auto), ("mean", FewShotHeadKind.Mean), ("cosine", FewShotHeadKind.Cosine), ("lda", FewShotHeadKind.Lda), ("ridge", FewShotHeadKind.Ridge), ("knn", FewShotHeadKind.Knn)), (o, v) => o with { FewShotHead = v });
        Add(Options.Choice("--unfreeze", "Of --strategy gradual: the epochs are shared among the stages, or the next one learns when validation stalls. [default: schedule]",
            ("schedule", UnfreezeKind.Schedule), ("plateau", UnfreezeKind.Plateau)), (o, v) => o with { Unfreeze = v });
        Add(Options.Integer("--unfreeze-patience", "EPOCHS", "Of --unfreeze plateau: epochs without a better validation. [default: 2]"), (o, v) => o with { UnfreezePatience = v });
        Add(Options.List("--freeze", "PART,…", "Stages or layers that stay fixed: conv1, layer1 … fc, or longer such as layer4.0."), (o, v) => o with { Freeze = v });
        Add(Options.List("--train-only", "PART,…", "Stages or layers that learn; all others stay fixed."), (o, v) => o with { TrainOnly = v });
        Add(AuditFlags.Allow("Train all the same on data with these findings (codes, names or groups such as leakage), and mark every result."), (o, v) => o with { Allow = v });
        Add(AuditFlags.Fix(), (o, v) => o with { Fix = v });
        Add(Options.Integer("--size", "PIXELS", "Side of the input. [default: the weights' own]"), (o, v) => o with { Size = v });
        Add(Options.Number("--val-fraction", "SHARE", "Share of each class that validates where the data has no split. [default: 0.2]"), (o, v) => o with { ValidationFraction = v });
        Add(Options.Integers("--head-hidden", "N,…", "Widths of hidden layers of a new head."), (o, v) => o with { HeadHidden = v });
        Add(Options.Number("--head-dropout", "P", "Dropout before each linear layer of a new head. [default: 0]"), (o, v) => o with { HeadDropout = v });
    }

    private void Schedule()
    {
        Add(Options.Integer("--epochs", "N", "Passes over the images. [default: 8]"), (o, v) => o with { Epochs = v });
        Add(Options.Integer("--head-epochs", "N", "Passes of the head on cached features before the backbone thaws. [default: 20]"), (o, v) => o with { HeadEpochs = v });
        Add(Options.Integer("--batch", "N", "Images per step. [default: 16]"), (o, v) => o with { Batch = v });
        Add(Options.Integer("--accumulate", "N", "Batches whose gradients are added before one step. [default: 1]"), (o, v) => o with { Accumulate = v });
        Add(Options.Choice("--schedule", "How the rate moves. [default: cosine]",
            ("constant", ScheduleKind.Constant), ("step", ScheduleKind.Step), ("cosine", ScheduleKind.Cosine), ("one-cycle", ScheduleKind.OneCycle)), (o, v) => o with { Schedule = v });
        Add(Options.Number("--warmup", "EPOCHS", "Linear warm-up from 0. [default: 0]"), (o, v) => o with { WarmupEpochs = v });
        Add(Options.Integer("--step-epochs", "N", "Of --schedule step: epochs between drops. [default: 3]"), (o, v) => o with { StepEpochs = v });
        Add(Options.Number("--step-gamma", "FACTOR", "Of --schedule step: factor of a drop. [default: 0.1]"), (o, v) => o with { StepGamma = v });
        Add(Options.Integer("--patience", "EPOCHS", "Stop after so many epochs without improvement. [default: never]"), (o, v) => o with { Patience = v });
        Add(Options.Choice("--metric", "What picks the best epoch. [default: accuracy; map where images have several labels]", ("accuracy", SelectionMetric.Accuracy),
            ("balanced-accuracy", SelectionMetric.BalancedAccuracy), ("macro-f1", SelectionMetric.MacroF1), ("loss", SelectionMetric.Loss), ("map", SelectionMetric.Map)), (o, v) => o with { Metric = v });
        Add(Options.Integer("--save-every", "STEPS", "Checkpoint inside an epoch too. [default: at its end only]"), (o, v) => o with { SaveEvery = v });
    }

    private void Rates()
    {
        Add(Options.Number("--lr", "RATE", "Peak rate; a new head beside a trained backbone (full) takes ten times it. [default: SGD 0.005, AdamW 1e-4, from random weights ten times that]"), (o, v) => o with { LearningRate = v });
        Add(Options.NamedNumbers("--lr-for", "PART=RATE,…", "Rates of their own, such as layer4=1e-4,fc=1e-2."), (o, v) => o with { LearningRateFor = Dictionary(v) });
        Add(Options.Number("--layer-decay", "FACTOR", "Factor on the rate per stage, from the head towards the input. [default: 0.5 with --strategy gradual, else 1]"), (o, v) => o with { LayerDecay = v });
        Add(Options.Choice("--optimizer", "What updates the weights. [default: sgd]", ("sgd", OptimizerKind.Sgd), ("adamw", OptimizerKind.AdamW)), (o, v) => o with { Optimizer = v });
        Add(Options.Number("--momentum", "M", "Of SGD. [default: 0.9]"), (o, v) => o with { Momentum = v });
        Add(Options.Switch("--nesterov", "Of SGD: Nesterov's momentum."), (o, v) => o with { Nesterov = v });
        Add(Options.Number("--weight-decay", "D", "Of convolution and linear weights. [default: 0.0001]"), (o, v) => o with { WeightDecay = v });
        Add(Options.Number("--clip", "NORM", "Largest norm of the gradient. [default: no clipping]"), (o, v) => o with { ClipNorm = v });
        Add(Options.Choice("--bn", "Batch norm: batch statistics where trained; everywhere; nowhere. [default: auto]",
            ("auto", BatchNormPolicy.Auto), ("train", BatchNormPolicy.Train), ("eval", BatchNormPolicy.Eval)), (o, v) => o with { BatchNorm = v });
    }

    private void Regularization()
    {
        Add(Options.Text("--augment", "SPEC", "none, light, medium, strong, or with changes such as medium,hue=0.1. [default: auto]"), (o, v) => o with { Augment = v });
        Add(Options.Number("--label-smoothing", "E", "Share of each target spread over all classes. [default: 0]"), (o, v) => o with { LabelSmoothing = v });
        Add(Options.Text("--teacher", "FILE", "Learn from this larger network of the same classes too, beside the labels. [default: none]"), (o, v) => o with { Teacher = v });
        Add(Options.Number("--distill-alpha", "A", "The teacher's share of the loss. [default: 0.5]"), (o, v) => o with { DistillAlpha = v });
        Add(Options.Number("--distill-temperature", "T", "What both networks' logits are divided by for that. [default: 4]"), (o, v) => o with { DistillTemperature = v });
        Add(Options.Choice("--balance", "Classes of unequal size: draw them equally often, or weight the loss. [default: none]",
            ("none", BalanceKind.None), ("sampler", BalanceKind.Sampler), ("weights", BalanceKind.Weights)), (o, v) => o with { Balance = v });
        Add(Options.Number("--ema", "DECAY", "Validate and save a moving average of the weights and of batch norm's statistics, such as 0.999. [default: none]"), (o, v) => o with { Ema = v });
        Add(Options.Integer("--swa", "EPOCHS", "Average the weights of so many last epochs, at the rate that they begin with, and measure batch norm's statistics anew. [default: none]"), (o, v) => o with { Swa = v });
    }

    private void Machine()
    {
        Add(Options.Seed("--seed", "Same seed, same result, bit for bit. [default: 1]"), (o, v) => o with { Seed = v });
        Add(Options.Integer("--threads", "N", "Kernel threads; the result does not depend on them. [default: all processors]"), (o, v) => o with { Threads = v });
        Add(Options.Text("--device", "NAME", "Where to compute; see the command devices. [default: auto]"), (o, v) => o with { Device = v });
        Add(MachineFlags.Precision(), (o, v) => o with { Precision = v });
        Add(Options.Bytes("--cache", "Memory for decoded images. [default: 2GB]"), (o, v) => o with { CacheBytes = v });
        Add(Options.Bytes("--memory", "All that the run may take: smaller batches whose gradients are added, and a smaller cache. [default: no limit]"), (o, v) => o with { MemoryBytes = v });
        Add(Options.Switch("--checkpoint-activations", "Keep only what blocks hand on and make the rest again in the backward pass: less memory, more time, the same bits."), (o, v) => o with { CheckpointActivations = v });
        Add(Options.Switch("--strict", "Stop at the first file that cannot be decoded."), (o, v) => o with { Strict = v });
    }

    private void Add<T>(Option<T> option, Func<TrainOptions, T, TrainOptions> set)
    {
        if (_except.Contains(option.Name)) return;
        _command.Add(option);
        _flags.Add((option, (parsed, options) => set(options, parsed.GetValue(option)!)));
    }

    private static Dictionary<string, float> Dictionary(KeyValuePair<string, float>[] rates)
    {
        var named = new Dictionary<string, float>();
        foreach (var (part, rate) in rates)
            if (!named.TryAdd(part, rate)) throw new UserException($"--lr-for names '{part}' twice");
        return named;
    }
}
