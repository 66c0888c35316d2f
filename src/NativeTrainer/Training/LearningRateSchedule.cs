namespace NativeTrainer.Training;

/// <summary>The factor on every group's rate at each optimizer step of a stage; 1 is the peak.</summary>
/// <param name="hold">Steps behind which the factor stays as it is.</param>
internal sealed class LearningRateSchedule(TrainOptions options, int stepsPerEpoch, int totalSteps, int hold = int.MaxValue)
{
    private const double OneCycleStart = 1 / 25.0, OneCycleEnd = OneCycleStart * 1e-4, OneCycleRise = 0.3;

    private readonly int _warmup = Math.Min((int)Math.Round(options.WarmupEpochs * stepsPerEpoch), Math.Max(totalSteps - 1, 0));

    /// <param name="step">0 ≤ step &lt; the stage's total.</param>
    public float Factor(int step)
    {
        step = Math.Min(step, Math.Max(hold, _warmup));
        if (step < _warmup) return (step + 1f) / (_warmup + 1);
        int after = step - _warmup, total = Math.Max(totalSteps - _warmup, 1);
        return (float)(options.Schedule switch
        {
            ScheduleKind.Step => Math.Pow(options.StepGamma, step / stepsPerEpoch / Math.Max(options.StepEpochs, 1)),
            ScheduleKind.Cosine => 0.5 * (1 + Math.Cos(Math.PI * after / total)),
            ScheduleKind.OneCycle => OneCycle(after, total),
            _ => 1,
        });
    }

    private static double OneCycle(int step, int total)
    {
        double peak = Math.Max(OneCycleRise * total - 1, 1), last = Math.Max(total - 1, peak + 1);
        static double Anneal(double from, double to, double part) => to + (from - to) / 2 * (1 + Math.Cos(Math.PI * part));
        return step <= peak ? Anneal(OneCycleStart, 1, step / peak) : Anneal(1, OneCycleEnd, (step - peak) / (last - peak));
    }
}
