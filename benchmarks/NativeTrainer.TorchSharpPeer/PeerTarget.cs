using NativeTrainer.Benchmarks.Throughput;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace NativeTrainer.TorchSharpPeer;

/// <summary>TorchSharp at its best on a CPU: channels_last activations and weights.</summary>
internal sealed class PeerTarget : IThroughputTarget
{
    private readonly ThroughputWork _work;
    private readonly ResNet _model;
    private readonly Tensor _images; // (N, 3, H, W), stored N, H, W, 3
    private readonly Tensor _labels; // (N)
    private readonly optim.Optimizer? _optimizer;

    public PeerTarget(ThroughputWork work)
    {
        _work = work;
        set_num_threads(work.Threads);
        random.manual_seed(1);
        _model = new ResNet(ResNetShape.Known(work.Model, ThroughputWork.Classes));
        StoreChannelsLast(_model);
        _model.train(work.Mode == "train");
        if (work.Mode == "frozen") _model.TrainLastStage();
        _images = randn(work.Batch, work.Size, work.Size, 3).permute(0, 3, 1, 2);
        _labels = randint(ThroughputWork.Classes, [work.Batch], ScalarType.Int64);
        IEnumerable<Parameter> trained = work.Mode is "head" or "cached" ? _model.Head.parameters() : _model.parameters().Where(p => p.requires_grad);
        if (work.Mode != "infer")
            _optimizer = optim.SGD(trained, ThroughputWork.LearningRate, ThroughputWork.Momentum, weight_decay: ThroughputWork.WeightDecay);
    }

    public string Description => $"TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)} (libtorch {torch.__version__}), float32, channels_last, {get_num_threads()} threads";

    public double FlopsPerStep => 0;

    public void Step()
    {
        using var scope = NewDisposeScope();
        if (_work.Mode == "infer")
        {
            using var inference = inference_mode();
            _model.forward(_images);
            return;
        }
        var logits = _work.Mode switch
        {
            "head" or "cached" => _model.Head.forward(Untracked(_model.Features)),
            "frozen" => _model.Head.forward(_model.LastStage(Untracked(_model.BeforeLastStage))),
            _ => _model.forward(_images),
        };
        var loss = nn.functional.cross_entropy(logits, _labels);
        _optimizer!.zero_grad();
        loss.backward();
        WithoutCollection.Run(() => _optimizer.step());
    }

    public void Dispose()
    {
        _optimizer?.Dispose();
        _images.Dispose();
        _labels.Dispose();
        _model.Dispose();
    }

    /// <summary>Restrides every convolution's weights; TorchSharp has no switch for it.</summary>
    public static void StoreChannelsLast(nn.Module model)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        foreach (var parameter in model.parameters())
            if (parameter.dim() == 4) parameter.set_(parameter.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
    }

    private Tensor Untracked(Func<Tensor, Tensor> part)
    {
        using var untracked = no_grad();
        return part(_images);
    }
}
