using NativeTrainer.Benchmarks.Throughput;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary><c>advice-quality WHAT</c>: seeded experiments on how good the advice is.</summary>
internal static class AdviceQuality
{
    public const string Help = $"{ProbeQuality.Help}\n{LeakQuality.Help}\n{DuplicateScale.Help}\n{StrategyQuality.Help}\n{RateQuality.Help}";

    public static void Run(CommandArguments arguments)
    {
        switch (arguments.Positional())
        {
            case ("labels" or "forecast") and string kind:
                ProbeQuality.Run(kind, arguments);
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
            case var other:
                throw new UsageException($"advice-quality '{other}' is not known; choose labels, forecast, leaks, scale, strategies or rates");
        }
    }
}
