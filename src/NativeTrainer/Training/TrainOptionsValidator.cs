using System.Globalization;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Imaging;
using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>The one place that checks options by themselves. What depends on the model or the data is checked where those are known.</summary>
public static class TrainOptionsValidator
{
    public const int MaxSize = 4096, MaxBatch = 65536, MaxEpochs = 100_000, MaxThreads = 256;

    /// <exception cref="UserException">A value is missing or out of range; the message names the flag, the value and the range.</exception>
    public static void Validate(TrainOptions options)
    {
        RequireSource(options);
        if (options.Freeze.Count > 0 && options.TrainOnly.Count > 0)
            throw new UserException("--freeze and --train-only say the same thing in two ways; give one of them");
        RequireFewShot(options);
        if (options.Size != 0) Range("--size", options.Size, 16, MaxSize, "pixels, or 0 for the size stored with the weights");
        Range("--epochs", options.Epochs, 1, MaxEpochs);
        Range("--head-epochs", options.HeadEpochs, 0, MaxEpochs);
        Range("--batch", options.Batch, 1, MaxBatch, "images");
        Range("--accumulate", options.Accumulate, 1, MaxBatch, "batches");
        Real("--lr", options.LearningRate, 0, 100, note: "0 chooses by optimizer and strategy");
        foreach (var (part, rate) in options.LearningRateFor) Real($"--lr-for {part}", rate, 0, 100);
        Real("--layer-decay", options.LayerDecay, 0, 1, note: "1 is one rate for all layers");
        Range("--unfreeze-patience", options.UnfreezePatience, 1, MaxEpochs, "epochs");
        if (options.Unfreeze != UnfreezeKind.Schedule && options.Strategy != TrainingStrategy.Gradual) throw new UserException("--unfreeze belongs to --strategy gradual; give both, or leave it out");
        Real("--momentum", options.Momentum, 0, 1, belowMax: true);
        if (options.Nesterov && (options.Optimizer != OptimizerKind.Sgd || options.Momentum == 0))
            throw new UserException("--nesterov needs --optimizer sgd with a --momentum above 0");
        Real("--weight-decay", options.WeightDecay, 0, 10);
        Real("--warmup", options.WarmupEpochs, 0, MaxEpochs, note: "epochs");
        if (options.WarmupEpochs >= options.Epochs)
            throw new UserException(string.Create(CultureInfo.InvariantCulture, $"--warmup {options.WarmupEpochs} is as long as --epochs {options.Epochs}, so the rate would never reach its peak; give a shorter one"));
        Range("--step-epochs", options.StepEpochs, 1, MaxEpochs);
        Real("--step-gamma", options.StepGamma, 0, 1, aboveMin: true);
        Real("--clip", options.ClipNorm, 0, float.MaxValue, note: "0 does not clip");
        Real("--label-smoothing", options.LabelSmoothing, 0, 1, belowMax: true);
        Real("--distill-alpha", options.DistillAlpha, 0, 1, aboveMin: true, note: "the teacher's share of the loss");
        Real("--distill-temperature", options.DistillTemperature, 0, 100, aboveMin: true);
        Real("--ema", options.Ema, 0, 1, belowMax: true, note: "0 keeps no average");
        Range("--swa", options.Swa, 0, options.Epochs, "epochs, of --epochs; 0 averages nothing");
        if (options.Swa == 1) throw new UserException("--swa 1 would average one epoch's weights with nothing; give 2 or more");
        if (options.Swa > 0 && options.Ema > 0) throw new UserException("--swa and --ema both average the weights; give one of them");
        Range("--patience", options.Patience, 0, MaxEpochs, "epochs, 0 never stops early");
        if (options.HeadHidden.Count > 8) throw new UserException($"--head-hidden: {options.HeadHidden.Count} layers; a head has at most 8");
        foreach (int width in options.HeadHidden) Range("--head-hidden", width, 1, 65536);
        Real("--head-dropout", options.HeadDropout, 0, 1, belowMax: true);
        Real("--val-fraction", options.ValidationFraction, 0, 1, aboveMin: true, belowMax: true);
        if (options.CropBoxes is float margin) Real("--crop-boxes", margin, 0, 2, note: "share of the box's size");
        Range("--threads", options.Threads, 0, MaxThreads, "threads, 0 takes all processors");
        if (options.CacheBytes < 0) throw new UserException($"--cache {options.CacheBytes} is negative; give a size such as 2GB, or 0 for no cache");
        if (options.MemoryBytes < 0) throw new UserException($"--memory {options.MemoryBytes} is negative; give a size such as 512MB, or 0 for no limit");
        if (options.Augment != "auto") _ = AugmentationOptions.Parse(options.Augment);
        FindingCatalogue.RequireKnown("--allow", options.Allow);
        Range("--save-every", options.SaveEvery, 0, int.MaxValue, "steps, 0 saves at the end of each epoch");
    }

    private static void RequireSource(TrainOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Data)) throw new UserException("--data is needed: a folder with one folder per class, or a CSV file with path,label");
        if (options.Weights is null && options.Model is null)
            throw new UserException("--weights FILE is needed to fine-tune, or --model NAME to train from random weights");
        if (options.Model is string model && !ResNetSpec.KnownNames.Contains(model))
            throw new UserException($"--model {model} is not known; choose one of {string.Join(", ", ResNetSpec.KnownNames)}");
    }

    private static void RequireFewShot(TrainOptions options)
    {
        if (options.Strategy != TrainingStrategy.FewShot)
        {
            if (options.FewShotHead != FewShotHeadKind.Auto) throw new UserException("--few-shot-head belongs to --strategy few-shot; give both, or leave it out");
            return;
        }
        if (options.Weights is null) throw new UserException("--strategy few-shot needs --weights: its head rests on features that a network has learned before");
        if (options.HeadHidden.Count > 0 || options.HeadDropout > 0) throw new UserException("--strategy few-shot fits its head in closed form, without hidden layers and dropout; leave --head-hidden and --head-dropout out, or take --strategy head");
        if (options.Augment is not ("auto" or "none")) throw new UserException($"--augment {options.Augment}: --strategy few-shot looks at each picture once, as it is; leave it out, or take --strategy head");
    }

    private static void Range(string flag, int value, int min, int max, string note = "")
    {
        if (value < min || value > max)
            throw new UserException($"{flag} {value} is out of range; it takes {min} to {max}{(note == "" ? "" : $" {note}")}");
    }

    private static void Real(string flag, float value, float min, float max, bool aboveMin = false, bool belowMax = false, string note = "")
    {
        bool low = aboveMin ? value > min : value >= min, high = belowMax ? value < max : value <= max;
        if (low && high && float.IsFinite(value)) return;
        string range = max == float.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"{min} or more")
            : string.Create(CultureInfo.InvariantCulture, $"{(aboveMin ? "more than " : "")}{min} to {(belowMax ? "less than " : "")}{max}");
        throw new UserException(string.Create(CultureInfo.InvariantCulture, $"{flag} {value} is out of range; it takes {range}{(note == "" ? "" : $" ({note})")}"));
    }
}
