using NativeTrainer.Graph;
using NativeTrainer.Graph.Steps;
using NativeTrainer.Models;

namespace NativeTrainer.Layers;

/// <summary>
/// Features to logits: [dropout, linear, ReLU]… dropout, linear. One linear layer is torchvision's <c>fc</c>; with hidden layers the names are
/// those of a PyTorch Sequential of (Linear, ReLU, Dropout) triples: <c>fc.0</c>, <c>fc.3</c>, <c>fc.6</c> …
/// </summary>
internal sealed class ClassifierHead
{
    private readonly LinearLayer[] _layers;
    private readonly float _dropout;

    public ClassifierHead(ParameterSet parameters, HeadSpec spec, int features)
    {
        _dropout = spec.Dropout;
        int[] widths = [features, .. spec.Hidden, spec.Classes];
        _layers = new LinearLayer[widths.Length - 1];
        for (int i = 0; i < _layers.Length; i++)
            _layers[i] = new LinearLayer(parameters, _layers.Length == 1 ? "fc" : $"fc.{3 * i}", widths[i], widths[i + 1]);
    }

    /// <param name="features">(N, features).</param>
    /// <returns>Logits (N, classes).</returns>
    public Value Forward(GraphBuilder graph, Value features)
    {
        var x = features;
        for (int i = 0; i < _layers.Length; i++)
        {
            if (i > 0) x = graph.Add(new ReluStep(graph.Device, $"fc relu {i}", x));
            if (_dropout > 0 && graph.Mode == GraphMode.Training) x = graph.Add(new DropoutStep(graph.Device, $"fc dropout {i}", x, _dropout, i));
            x = _layers[i].Forward(graph, x);
        }
        return x;
    }
}
