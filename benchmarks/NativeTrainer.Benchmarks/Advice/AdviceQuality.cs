using NativeTrainer.Benchmarks.Throughput;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>How good the advice is: seeded experiments with known answers.</summary>
internal static class AdviceQuality
{
    public const string Help = LeakQuality.Help + "\n" + DuplicateScale.Help;

    public static void Run(CommandArguments arguments)
    {
        switch (arguments.Positional())
        {
            case "leaks":
                LeakQuality.Run(arguments);
                break;
            case "scale":
                DuplicateScale.Run(arguments);
                break;
            case var other:
                throw new UsageException($"advice-quality {other}: choose leaks or scale");
        }
    }
}
