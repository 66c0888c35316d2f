using NativeTrainer.Graph;
using NativeTrainer.Graph.Steps;
using NativeTrainer.Kernels;

namespace NativeTrainer.Layers;

/// <summary>y = x·wᵀ + b with weight (out, in) and bias (out).</summary>
internal sealed class LinearLayer(ParameterSet parameters, string name, int inFeatures, int outFeatures)
{
    private readonly Parameter _weight = parameters.Add($"{name}.weight", new Shape(outFeatures, inFeatures));
    private readonly Parameter _bias = parameters.Add($"{name}.bias", new Shape(outFeatures));

    /// <param name="x">(N, in).</param>
    /// <returns>(N, out).</returns>
    public Value Forward(GraphBuilder graph, Value x) => graph.Add(new LinearStep(graph.Device, name, x, _weight, _bias));
}
