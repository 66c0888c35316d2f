using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Planning;

/// <summary>A plan as <c>plan.json</c>: camelCase names as in the records, what was not measured left out.</summary>
public static class PlanFile
{
    public const string Name = "plan.json";

    // Class names and reasons stay readable.
    private static readonly PlanJsonContext Context = new(new JsonSerializerOptions(PlanJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static string Format(RunPlan plan) => JsonSerializer.Serialize(plan, Context.RunPlan) + "\n";
}

/// <summary>Keeps the plan in the run's folder.</summary>
public sealed class PlanRecorder(RunPlan plan) : ITrainingObserver
{
    /// <exception cref="Imaging.UserException">The folder is not writable or the disk is full.</exception>
    public void OnPlan(TrainingPlan run) => RunFolderFile.Replace(Path.Combine(run.RunFolder, PlanFile.Name), Encoding.UTF8.GetBytes(PlanFile.Format(plan)));
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, Converters =
    [
        typeof(KebabCaseConverter<TrainingStrategy>), typeof(KebabCaseConverter<BatchNormPolicy>), typeof(KebabCaseConverter<ScheduleKind>),
        typeof(KebabCaseConverter<OptimizerKind>), typeof(KebabCaseConverter<BalanceKind>), typeof(KebabCaseConverter<SelectionMetric>),
        typeof(KebabCaseConverter<Models.PrecisionChoice>), typeof(KebabCaseConverter<StageBound>),
        typeof(KebabCaseConverter<FewShotHeadKind>), typeof(KebabCaseConverter<UnfreezeKind>),
    ])]
[JsonSerializable(typeof(RunPlan))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
