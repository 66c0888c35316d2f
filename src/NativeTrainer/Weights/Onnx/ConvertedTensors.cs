namespace NativeTrainer.Weights.Onnx;

/// <summary>Collects a model's tensors under torchvision's names.</summary>
internal sealed class ConvertedTensors
{
    private readonly DataFlow _flow;
    private readonly RecognizedResNet _network;
    private Calibration? _calibration;
    private bool _keepFolded;

    public ConvertedTensors(DataFlow flow, RecognizedResNet network) => (_flow, _network) = (flow, network);

    /// <summary>Every convolution gets a bias and no norm; where the file has both kinds, norms are folded too.</summary>
    public void KeepFolded() => _keepFolded = true;

    /// <summary>Folded convolutions get a norm from measured statistics.</summary>
    public void Recover(Calibration calibration) => _calibration = calibration;

    public Dictionary<string, HostTensor> Build(float epsilon)
    {
        var tensors = new Dictionary<string, HostTensor>();
        foreach (var convolution in _network.Convolutions) Add(tensors, convolution, epsilon);
        for (int i = 0; i < _network.Head.Count; i++)
        {
            var layer = _network.Head[i];
            string name = _network.Head.Count == 1 ? "fc" : $"fc.{3 * i}";
            tensors[$"{name}.weight"] = new HostTensor([layer.Outputs, layer.Inputs], layer.Weight);
            tensors[$"{name}.bias"] = new HostTensor([layer.Outputs], layer.Bias);
        }
        return tensors;
    }

    private void Add(Dictionary<string, HostTensor> tensors, RecognizedConvolution convolution, float epsilon)
    {
        var weight = _flow.Constant(convolution.Node, 1)!;
        int channels = weight.Shape[0];
        float[] w = [.. weight.Real(convolution.Node)], bias = [.. _flow.Bias(convolution.Node)?.Real(convolution.Node) ?? new float[channels]];
        var norm = convolution.Norm is null ? null : NormValues.Of(convolution.Norm, _flow, bias, epsilon);
        if (norm is null && _calibration is not null) norm = NormValues.Recover(w, bias, _calibration.Statistics(convolution.Node), epsilon);
        if (_keepFolded)
        {
            norm?.FoldInto(w, bias, epsilon);
            tensors[$"{convolution.Name}.bias"] = new HostTensor([channels], bias);
        }
        else
        {
            tensors[$"{convolution.NormName}.weight"] = new HostTensor([channels], norm!.Weight);
            tensors[$"{convolution.NormName}.bias"] = new HostTensor([channels], norm.Bias);
            tensors[$"{convolution.NormName}.running_mean"] = new HostTensor([channels], norm.Mean);
            tensors[$"{convolution.NormName}.running_var"] = new HostTensor([channels], norm.Variance);
        }
        tensors[$"{convolution.Name}.weight"] = new HostTensor(weight.Shape, w);
    }
}
