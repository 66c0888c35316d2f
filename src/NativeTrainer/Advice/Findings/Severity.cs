using System.Text.Json.Serialization;

namespace NativeTrainer.Advice.Findings;

/// <summary>How much a finding matters, from the least to the most.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
public enum Severity
{
    /// <summary>Worth knowing; nothing has to be done.</summary>
    [JsonStringEnumMemberName("note")]
    Note,

    /// <summary>Another choice would probably give a better network or a surer figure.</summary>
    [JsonStringEnumMemberName("advice")]
    Advice,

    /// <summary>The network or its figures will be worse than they look.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>The result would not be true: training does not start unless the finding is allowed by name.</summary>
    [JsonStringEnumMemberName("refusal")]
    Refusal,
}
