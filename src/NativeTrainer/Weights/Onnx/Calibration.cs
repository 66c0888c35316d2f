using NativeTrainer.Imaging;
using NativeTrainer.Models;

namespace NativeTrainer.Weights.Onnx;

/// <summary>One pass of a folded network over images, to see mean and variance of every convolution's output.</summary>
internal sealed class Calibration
{
    private const int MaxImages = 512;
    private const int FewImages = 64;
    private const int OpenBatch = 8;

    private readonly Dictionary<OnnxNode, ChannelStatistics> _statistics = new(ReferenceEqualityComparer.Instance);

    public int Images { get; private set; }

    /// <summary>Of a convolution's output with its bias.</summary>
    public ChannelStatistics Statistics(OnnxNode convolution) => _statistics[convolution];

    /// <exception cref="UserException">The folder has no usable images.</exception>
    public static Calibration Measure(ConvertOptions options, OnnxGraph graph, RecognizedResNet network, Preprocessing preprocessing, Action<string> note, CancellationToken stop)
    {
        var files = ImageFiles.Below(options.Calibrate!);
        int batch = graph.Inputs[0].Dims is [> 0 and var n, ..] ? n : OpenBatch, count = Math.Min(files.Count, MaxImages);
        Sample[] chosen = [.. Enumerable.Range(0, count).Select(i => new Sample(files[(int)((long)i * files.Count / count)], -1))];
        using var source = BatchSource.Eval(chosen, preprocessing.Size, preprocessing.CropRatio, new BatchOptions { BatchSize = batch, Threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount });
        source.Prepare(null, stop);
        if (source.Samples.Count == 0) throw new UserException($"{options.Calibrate}: none of its pictures can be read");
        if (source.Samples.Count < FewImages) note($"{options.Calibrate} gives {source.Samples.Count} images to calibrate with; {FewImages} or more are better");
        using var convolution = new DeviceConvolution(options.Threads);
        var calibration = new Calibration();
        calibration.Run(graph, network, preprocessing, source, convolution, stop);
        return calibration;
    }

    private void Run(OnnxGraph graph, RecognizedResNet network, Preprocessing preprocessing, BatchSource source, DeviceConvolution convolution, CancellationToken stop)
    {
        var wanted = network.Convolutions.Where(c => c.Norm is null).Select(c => c.Node).ToHashSet<OnnxNode>(ReferenceEqualityComparer.Instance);
        int filled = 0;
        var evaluator = new GraphEvaluator(graph)
        {
            Convolution = convolution.Run,
            Observer = (node, output) =>
            {
                if (!wanted.Contains(node)) return;
                if (!_statistics.TryGetValue(node, out var statistics)) _statistics[node] = statistics = new ChannelStatistics(output.Shape[1]);
                statistics.Add(output, filled);
            },
        };
        int[] order = [.. Enumerable.Range(0, source.Samples.Count)];
        foreach (var batch in source.Epoch(order))
        {
            stop.ThrowIfCancellationRequested();
            filled = batch.Count;
            int images = batch.Pixels.Length / (preprocessing.Size * preprocessing.Size * 3);
            var input = network.Input.Form.Make(batch.Pixels, images, preprocessing.Size, 3, preprocessing);
            evaluator.Run(network.Spec.InputChannels == 1 ? Luma(input) : input, network.Logits);
            Images += filled;
        }
    }

    /// <summary>(N, 3, H, W) to (N, 1, H, W), by the shares that the converted stem has.</summary>
    private static OnnxTensor Luma(OnnxTensor colour)
    {
        int[] shape = colour.Shape;
        int plane = shape[2] * shape[3];
        var gray = new float[shape[0] * plane];
        for (int i = 0; i < gray.Length; i++)
            for (int c = 0; c < 3; c++) gray[i] += ColourInput.Shares[c] * colour.Floats![(i / plane * 3 + c) * plane + i % plane];
        return new OnnxTensor([shape[0], 1, shape[2], shape[3]], gray);
    }
}
