namespace NativeTrainer.Advice.Probes;

/// <summary>What it takes to set up and solve one linear system after another.</summary>
internal sealed class SystemMemory
{
    /// <summary>(samples, features), less their mean.</summary>
    public ReusedArray<float> Centred { get; } = new();

    /// <summary>The same system in float32.</summary>
    public ReusedArray<float> Inner { get; } = new();

    public ReusedArray<double> System { get; } = new();

    /// <summary>The system with a penalty, then its factor.</summary>
    public ReusedArray<double> Factor { get; } = new();
}
