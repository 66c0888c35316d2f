using NativeTrainer.TorchSharpPeer;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace NativeTrainer.TorchSharpPeer.Fixtures;

/// <summary>Where a run starts and what it sees.</summary>
/// <param name="State">Parameters and running statistics by torchvision's names, float32.</param>
/// <param name="Pixels">(steps, N, H, W, 3); the network sees (pixel − 128) / 64, which is exact in float32.</param>
/// <param name="Labels">(steps, N).</param>
internal sealed record FixtureData(IReadOnlyDictionary<string, Tensor> State, Tensor Pixels, Tensor Labels)
{
    public static FixtureData Make(FixtureCase fixture, long seed)
    {
        random.manual_seed(seed);
        using var model = new ResNet(fixture.Shape);
        var state = new Dictionary<string, Tensor>();
        foreach (var (name, value) in model.state_dict())
        {
            if (value.dim() == 0) continue; // num_batches_tracked
            var start = value.detach().clone();
            // Norms start off their identity, so that a swapped or missing one shows.
            if (value.dim() == 1) start += 0.4 * (rand_like(start) - 0.5);
            state[name] = start;
        }
        long[] batches = [FixtureCase.Steps, fixture.Batch];
        return new(state, randint(256, [.. batches, fixture.Size, fixture.Size, 3], ScalarType.Byte), randint(fixture.Shape.Classes, batches, ScalarType.Int64));
    }
}

/// <summary>What a run of ten steps gives: named values in float64, flat.</summary>
internal sealed class TenSteps
{
    /// <summary>
    /// <c>losses</c>; <c>step1/gradient/NAME</c> and <c>step10/gradient/NAME</c>; after the last step <c>step10/state/NAME</c> (parameters and
    /// running statistics) and <c>step10/first/NAME</c>, <c>step10/second/NAME</c> (momentum buffer; AdamW's two moments).
    /// </summary>
    public Dictionary<string, double[]> Values { get; } = [];

    public KinkRecorder Kinks { get; }

    private readonly FixtureCase _fixture;
    private readonly ResNet _model;

    /// <param name="fixture">The network and optimizer.</param>
    /// <param name="data">Start and images.</param>
    /// <param name="type">Float32 or Float64, for everything.</param>
    /// <param name="order">The order of the images in each batch: mathematically without effect, but every sum is rounded differently.</param>
    /// <param name="channelsLast">The storage order, which selects other kernels.</param>
    public TenSteps(FixtureCase fixture, FixtureData data, ScalarType type, long[] order, bool channelsLast)
    {
        _fixture = fixture;
        Kinks = new KinkRecorder([.. order.Index().OrderBy(p => p.Item).Select(p => (long)p.Index)], fixture.Shape.Pool);
        using var scope = NewDisposeScope();
        using var model = _model = new ResNet(fixture.Shape, Kinks);
        Load(data.State);
        model.to(type);
        if (channelsLast) PeerTarget.StoreChannelsLast(model);
        model.train();
        using var optimizer = Optimizer(out var parameters);
        var classWeights = fixture.ClassWeights.Length == 0 ? null : tensor(fixture.ClassWeights).to(type);
        var losses = new double[FixtureCase.Steps];
        for (int step = 0; step < FixtureCase.Steps; step++)
        {
            var images = ((data.Pixels[step].index_select(0, tensor(order)).to(type) - 128) / 64).permute(0, 3, 1, 2);
            if (!channelsLast) images = images.contiguous();
            SetRates(optimizer, fixture.Rate * fixture.RateFactors[step]);
            optimizer.zero_grad();
            var logits = model.forward(images);
            var loss = nn.functional.cross_entropy(logits, data.Labels[step].index_select(0, tensor(order)), classWeights, label_smoothing: fixture.LabelSmoothing);
            loss.backward();
            losses[step] = loss.to(ScalarType.Float64).item<double>();
            if (step is 0 or FixtureCase.Steps - 1) KeepGradients($"step{step + 1}/gradient/");
            WithoutCollection.Run(() => optimizer.step());
        }
        Values["losses"] = losses;
        KeepState(optimizer, parameters);
    }

    private void Load(IReadOnlyDictionary<string, Tensor> state)
    {
        using var untracked = no_grad();
        foreach (var (name, value) in _model.state_dict())
            if (value.dim() > 0) value.copy_(state[name]);
    }

    /// <summary>Groups: (backbone, head) × (decayed, not decayed); <paramref name="parameters"/> in the optimizer's order.</summary>
    private optim.Optimizer Optimizer(out List<string> parameters)
    {
        var groups = _model.named_parameters().GroupBy(p => (Head: p.name.StartsWith("fc.", StringComparison.Ordinal), Decayed: p.parameter.dim() > 1)).ToList();
        parameters = [.. groups.SelectMany(group => group.Select(p => p.name))];
        double Decay(bool decayed) => decayed ? _fixture.WeightDecay : 0;
        if (_fixture.Optimizer == "adamw")
        {
            return optim.AdamW(groups.Select(g => new AdamW.ParamGroup(g.Select(p => p.parameter), lr: 1, beta1: _fixture.Beta1, beta2: _fixture.Beta2, eps: _fixture.Epsilon, weight_decay: Decay(g.Key.Decayed))));
        }
        return optim.SGD(groups.Select(g => new SGD.ParamGroup(g.Select(p => p.parameter), lr: 1, momentum: _fixture.Momentum, weight_decay: Decay(g.Key.Decayed), nesterov: _fixture.Nesterov)), 1);
    }

    private void SetRates(optim.Optimizer optimizer, float rate)
    {
        var head = _model.Head.parameters().Select(p => p.Handle).ToHashSet();
        foreach (var group in optimizer.ParamGroups.Cast<ParamGroup>())
            group.LearningRate = head.Contains(group.Parameters.First().Handle) ? rate * _fixture.HeadRateFactor : rate;
    }

    private void KeepGradients(string prefix)
    {
        foreach (var (name, parameter) in _model.named_parameters()) Keep(prefix + name, parameter.grad!);
    }

    private void KeepState(optim.Optimizer optimizer, List<string> parameters)
    {
        foreach (var (name, value) in _model.state_dict())
            if (value.dim() > 0) Keep("step10/state/" + name, value);
        var states = ((OptimizerHelper)optimizer).state_dict().State;
        for (int i = 0; i < parameters.Count; i++)
        {
            if (states[i] is AdamW.State adam)
            {
                Keep("step10/first/" + parameters[i], adam.exp_avg);
                Keep("step10/second/" + parameters[i], adam.exp_avg_sq);
            }
            else
            {
                Keep("step10/first/" + parameters[i], ((SGD.State)states[i]).momentum_buffer);
            }
        }
    }

    private void Keep(string name, Tensor value)
    {
        using var scope = NewDisposeScope();
        Values[name] = [.. value.detach().to(ScalarType.Float64).contiguous().data<double>()];
    }
}
