using NativeTrainer.Advice.Findings;

namespace NativeTrainer.Advice.Runs;

/// <summary>One question asked of a run's options before its first step.</summary>
internal interface IRunCheck
{
    FindingKind[] Kinds { get; }

    /// <returns>None where all is well.</returns>
    IEnumerable<Finding> Run(RunFacts run);
}
