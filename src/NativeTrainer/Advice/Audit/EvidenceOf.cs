using NativeTrainer.Advice.Findings;

namespace NativeTrainer.Advice.Audit;

/// <summary>Samples as evidence.</summary>
internal static class EvidenceOf
{
    public static EvidenceFile File(AuditSample sample, SuggestedFix? fix = null) => new(sample.Path) { Split = sample.Split, Label = sample.Class, Pixels = sample.Sample.Pixels, Crop = sample.Sample.Crop, Fix = fix };
}
