using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Training;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests.Training;

/// <summary>A soup is the average of what helps, and of nothing that cannot be averaged.</summary>
public sealed class ModelSoupTests : IDisposable
{
    private readonly SmallPictures _pictures = new(train: 10, validation: 4);

    [Fact]
    public void TheSoupIsTheMeanOfWhatWasKeptAndNoWorseThanTheBest()
    {
        string[] runs = [.. Enumerable.Range(1, 3).Select(seed => Trainer.Train(_pictures.Options($"seed{seed}") with { Size = 32, Batch = 6, Epochs = 3, LearningRate = 0.05f, Seed = (ulong)seed }, new Recorder()).RunFolder)];
        string output = _pictures.In("soup.safetensors");
        var result = ModelSoup.Make(new SoupOptions { Members = runs, Output = output, Metric = SelectionMetric.Loss, Threads = 2 }, _ => { });
        Assert.True(result.Metrics.Loss <= result.Members[0].Alone.Loss);
        Assert.True(result.Members[0].Kept);
        Assert.Equal(result.Members.Select(m => m.Alone.Loss).Order(), result.Members.Select(m => m.Alone.Loss));
        var soup = ModelFile.Load(output);
        var kept = result.Members.Where(m => m.Kept).Select(m => ModelFile.Load(m.File)).ToArray();
        foreach (var (name, tensor) in soup.Tensors)
            for (int i = 0; i < tensor.Data.Length; i++) Assert.Equal(kept.Average(w => (double)w.Tensors[name].Data[i]), tensor.Data[i], 1e-6);
        Assert.Equal(result.Metrics.Loss, Evaluator.Evaluate(new EvaluateOptions { Weights = output, Data = _pictures.Data, Threads = 2 }).Metrics.Loss, 1e-6);
        Assert.Equal(["class0", "class1", "class2"], soup.Labels!);
    }

    [Fact]
    public void WhatMakesItWorseIsLeftOut()
    {
        string good = Path.Combine(Trainer.Train(_pictures.Options("good") with { Size = 32, Batch = 6, Epochs = 8, LearningRate = 0.05f }, new Recorder()).RunFolder, "best.safetensors"), bad = _pictures.In("bad.safetensors");
        var weights = ModelFile.Load(good);
        ModelFile.Save(bad, weights with { Tensors = SmallNetworks.Random(weights.Spec, seed: 9).Tensors });
        var result = ModelSoup.Make(new SoupOptions { Members = [bad, good], Output = _pictures.In("soup.safetensors"), Data = _pictures.Data, Metric = SelectionMetric.Loss, Threads = 2 }, _ => { });
        Assert.Equal([(good, true), (bad, false)], result.Members.Select(m => (m.File, m.Kept)));
        Assert.Equal(weights.Tensors["fc.weight"].Data, ModelFile.Load(_pictures.In("soup.safetensors")).Tensors["fc.weight"].Data);
    }

    [Theory]
    [InlineData("another network")]
    [InlineData("other labels")]
    [InlineData("another size or normalisation")]
    public void WhatCannotBeAveragedIsRefused(string why)
    {
        var weights = SmallNetworks.Random(SmallNetworks.Spec()) with { Labels = ["class0", "class1", "class2"] };
        var other = why switch
        {
            "other labels" => weights with { Labels = ["class0", "class2", "class1"] },
            "another network" => SmallNetworks.Random(SmallNetworks.Spec(BlockKind.Bottleneck)) with { Labels = weights.Labels },
            _ => weights with { Spec = weights.Spec with { Preprocessing = weights.Spec.Preprocessing with { Size = 48 } } },
        };
        string a = _pictures.In("a.safetensors"), b = _pictures.In("b.safetensors"), output = _pictures.In("soup.safetensors");
        ModelFile.Save(a, weights);
        ModelFile.Save(b, other);
        string message = Assert.Throws<UserException>(() => ModelSoup.Make(new SoupOptions { Members = [a, b], Output = output, Data = _pictures.Data }, _ => { })).Message;
        Assert.StartsWith(b, message, StringComparison.Ordinal);
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.False(File.Exists(output));
    }

    public void Dispose() => _pictures.Dispose();
}
