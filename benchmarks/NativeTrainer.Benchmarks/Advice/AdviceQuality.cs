using NativeTrainer.Benchmarks.Throughput;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>How good the advice is: seeded experiments with known answers.</summary>
internal static class AdviceQuality
{
    public const string Help = $"{LabelQuality.Help}\n{ForecastQuality.Help}\n{LeakQuality.Help}\n{DuplicateScale.Help}\n{StrategyQuality.Help}\n{RateQuality.Help}\n{FewShotQuality.Help}\n{PlantedMistakes.Help}\n{AuditTime.Help}";

    /// <returns>The exit code.</returns>
    public static int Run(CommandArguments arguments)
    {
        switch (arguments.Positional())
        {
            case "labels":
                LabelQuality.Run(arguments);
                break;
            case "forecast":
                ForecastQuality.Run(arguments);
                break;
            case "leaks":
                LeakQuality.Run(arguments);
                break;
            case "scale":
                DuplicateScale.Run(arguments);
                break;
            case "strategies":
                StrategyQuality.Run(arguments);
                break;
            case "rates":
                RateQuality.Run(arguments);
                break;
            case "few-shot":
                FewShotQuality.Run(arguments);
                break;
            case "planted":
                return PlantedMistakes.Run(arguments);
            case "time":
                AuditTime.Run(arguments);
                break;
            case var other:
                throw new UsageException($"advice-quality '{other}' is not known; choose labels, forecast, leaks, scale, strategies, rates, few-shot, planted or time");
        }
        return 0;
    }
}
