using NativeTrainer.Advice.LearningRates;

namespace NativeTrainer.Advice.Runs;

/// <summary>A stage of the network that a run trains.</summary>
/// <param name="Name">conv1, layer1 … fc.</param>
/// <param name="Rate">The highest peak rate of its layers.</param>
/// <param name="Stages">Of the run, those that train it.</param>
internal sealed record RunPart(string Name, bool IsHead, double Rate, IReadOnlyList<StepBudget> Stages);
