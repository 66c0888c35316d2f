using NativeTrainer.Benchmarks.Throughput;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary><c>advice-quality WHAT</c>: seeded experiments on how good the advice is.</summary>
internal static class AdviceQuality
{
    public const string Help = $"{StrategyQuality.Help}\n{RateQuality.Help}";

    public static void Run(CommandArguments arguments)
    {
        switch (arguments.Positional())
        {
            case "strategies":
                StrategyQuality.Run(arguments);
                break;
            case "rates":
                RateQuality.Run(arguments);
                break;
            case var other:
                throw new UsageException($"advice-quality '{other}' is not known; choose strategies or rates");
        }
    }
}
