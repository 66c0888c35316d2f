using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Evaluation.MultiLabel;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.Weights.Onnx;

/// <summary>Weights to ONNX, opset 17: what was written is read back and compared with the weights before it is kept.</summary>
public static class OnnxExporter
{
    /// <param name="note">Hears what a person should know, as it happens.</param>
    /// <exception cref="UserException">The weights or the pictures cannot be used, the file cannot be written, or it differs from the weights: nothing is kept then.</exception>
    public static OnnxExportResult Export(OnnxExportOptions options, Action<string> note, CancellationToken stop = default) => Export(options, note, _ => { }, stop);

    /// <param name="alter">Changes the graph before it is written: what the comparison is there to catch.</param>
    internal static OnnxExportResult Export(OnnxExportOptions options, Action<string> note, Action<OnnxGraph> alter, CancellationToken stop)
    {
        if (!ModelFile.IsOnnx(options.Output))
        {
            throw new UserException(Path.GetExtension(options.Output).Equals(".safetensors", StringComparison.OrdinalIgnoreCase)
                ? $"{options.Output}: weights of a run are safetensors with torchvision's names already, so copy the file; of an ONNX file, 'convert' writes them. export writes .onnx"
                : $"{options.Output}: an ONNX file ends with .onnx; give such a name");
        }
        if (options.CheckLimit < 1) throw new UserException($"the comparison takes at least 1 picture, not {options.CheckLimit}");
        string file = RunWeights.Best(options.Weights);
        var weights = ColourInput.Of(file, ModelFile.Load(file));
        if (weights.Spec.Head.Neighbours is not null) throw new UserException($"{file}: its head is a vote of nearest images, which is no ONNX graph; fit another one with --few-shot-head ridge");
        if (weights.Spec.Head.MultiLabel)
        {
            if (options.Softmax) throw new UserException($"{file}: its classes do not exclude each other, so their probabilities are no softmax; leave --softmax out and take the sigmoid of each logit");
            note($"probabilities are the sigmoid of each logit; a label is said to be there from {LabelThresholds.Text(LabelThresholds.Of(weights))} on");
        }
        var runtime = OnnxRuntimeLibrary.Find(options.OnnxRuntime);
        var pictures = ExportPictures.Of(options, file, weights.Spec.Preprocessing, note, stop);
        var gate = new ExportGate(options with { Weights = file }, weights, pictures);
        var graph = ResNetOnnxGraph.Of(weights, options.Preprocessing, options.Softmax, options.Fold);
        alter(graph);
        IReadOnlyList<ExportCheck> checks = [];
        try
        {
            AtomicFile.Write(options.Output, stream => OnnxWriter.Write(graph, stream), temporary => checks = gate.Run(temporary, runtime, stop));
        }
        catch (Exception refusal) when (refusal is OnnxRefusal or OnnxRuntimeRefusal)
        {
            throw new UserException($"{options.Output}: cannot be run as it was written: {refusal.Message}; nothing was kept. Please report these weights", refusal);
        }
        return new OnnxExportResult(options.Output, new FileInfo(options.Output).Length, weights, TemperatureScaling.Of(weights), $"{pictures.Count} of {pictures.From}", gate.MaxLogit, checks);
    }
}
