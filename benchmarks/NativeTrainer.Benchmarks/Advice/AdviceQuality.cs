using NativeTrainer.Benchmarks.Throughput;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>How good the advice is: seeded experiments with known answers.</summary>
internal static class AdviceQuality
{
    public const string Help = LabelQuality.Help + "\n" + ForecastQuality.Help;

    public static void Run(CommandArguments arguments)
    {
        switch (arguments.Positional())
        {
            case "labels":
                LabelQuality.Run(arguments);
                break;
            case "forecast":
                ForecastQuality.Run(arguments);
                break;
            case var other:
                throw new UsageException($"advice-quality {other}: choose labels or forecast");
        }
    }
}
