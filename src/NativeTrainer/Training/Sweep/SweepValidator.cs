using NativeTrainer.Imaging;

namespace NativeTrainer.Training.Sweep;

/// <summary>Checks what a sweep is asked for by itself.</summary>
internal static class SweepValidator
{
    private const int MostFolds = 20;

    /// <exception cref="UserException">A value is out of range; the message names the flag.</exception>
    public static void Validate(SweepOptions options)
    {
        var training = options.Training;
        if (training.Weights is null) throw new UserException("--weights FILE is needed: a sweep compares ways to train on from what a network knows");
        TrainOptionsValidator.Validate(training);
        foreach (string strategy in options.Strategies.Where(strategy => !SweepStrategies.All.Contains(strategy)))
            throw new UserException($"--strategies {strategy} is not known; choose from {string.Join(", ", SweepStrategies.All)}");
        foreach (float rate in options.Rates.Where(rate => !(rate > 0 && rate <= 100)))
            throw new UserException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"--lr {rate} is out of range; rates are above 0 and at most 100"));
        if (options.Budget < TimeSpan.Zero) throw new UserException("--budget is negative; give a time such as 30m, or leave it out for no limit");
        if (options.PerClass < 0) throw new UserException($"--per-class {options.PerClass} is negative; give the training images of each class, or leave it out for all");
        if (options.Folds is < 0 or > MostFolds) throw new UserException($"--folds {options.Folds} is out of range; it takes 2 to {MostFolds}, 1 for none, or nothing to choose by the number of validation images");
        if (training.Freeze.Count + training.TrainOnly.Count > 0) throw new UserException("--freeze and --train-only say what learns, and a sweep tries just that; leave them out, or use train");
    }
}
