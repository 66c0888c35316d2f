using System.Globalization;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>Fits a run into <see cref="TrainOptions.MemoryBytes"/>: smaller batches whose gradients are added, and what is left for the cache.</summary>
internal static class MemoryBudget
{
    /// <summary>What .NET, the decoder and the kernels' scratch take beside what is planned.</summary>
    public const long RuntimeBytes = 150_000_000;

    /// <summary>Pictures are taken to be up to so many times as long as wide.</summary>
    private const int AssumedAspect = 2;

    /// <returns>The options with <see cref="TrainOptions.Batch"/>, <see cref="TrainOptions.Accumulate"/> and <see cref="TrainOptions.CacheBytes"/> that fit; a step still sees as many images.</returns>
    /// <param name="options">With their size resolved.</param>
    /// <param name="note">Hears what was changed.</param>
    /// <exception cref="UserException">One image at a time is too much; the message says the least that would do.</exception>
    public static TrainOptions Fit(TrainOptions options, ResNet model, IReadOnlyList<TrainingStage> stages, Action<string> note)
    {
        if (options.MemoryBytes == 0) return options;
        long least = 0;
        for (int parts = 1; parts <= options.Batch; parts++)
        {
            // Equal parts, so that the gradients' mean is that of the whole batch.
            if (options.Batch % parts != 0) continue;
            int batch = options.Batch / parts;
            least = Needed(options, model, stages, batch);
            if (least > options.MemoryBytes) continue;
            long cache = model.Device is CpuDevice ? Math.Min(options.CacheBytes, options.MemoryBytes - least) : options.CacheBytes;
            if (parts > 1)
                note($"--memory {Megabytes(options.MemoryBytes)}: batches of {batch} in place of {options.Batch}, the gradients of {parts * options.Accumulate} are added for a step; batch norm sees {batch} images at a time");
            if (cache < options.CacheBytes) note($"--memory {Megabytes(options.MemoryBytes)}: {Megabytes(cache)} for decoded images in place of {Megabytes(options.CacheBytes)}");
            return options with { Batch = batch, Accumulate = parts * options.Accumulate, CacheBytes = cache };
        }
        long again = options.CheckpointActivations ? least : Needed(options with { CheckpointActivations = true }, model, stages, 1);
        string fewer = again < least ? $" (with --checkpoint-activations {Megabytes(again)})" : "";
        throw new UserException($"--memory {Megabytes(options.MemoryBytes)} is too little: with one image at a time this run needs {Megabytes(least)}{fewer}; give that, a smaller --size, or --freeze more layers");
    }

    private static long Needed(TrainOptions options, ResNet model, IReadOnlyList<TrainingStage> stages, int batch)
    {
        long side = TrainingData.StoredSide(options.Size);
        var weights = options.Balance == BalanceKind.Weights ? new float[model.Spec.Head.Classes] : null;
        var memory = TrainingMemory.Plan(model, options, stages, options.Size, batch, options.Weights is null, weights, AssumedAspect * side * side);
        return memory.Total + (model.Device is CpuDevice ? RuntimeBytes : 0);
    }

    /// <summary>Rounded up, so that what is said is enough.</summary>
    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes / 1e6):F0}MB");
}
