using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Training;
using NativeTrainer.Training.FewShot;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests.Training.FewShot;

/// <summary>Whole runs of <c>--strategy few-shot</c>.</summary>
public sealed class FewShotRunTests : IDisposable
{
    private readonly SmallPictures _pictures = new(train: 5, validation: 4);

    [Theory]
    [InlineData(FewShotHeadKind.Auto)]
    [InlineData(FewShotHeadKind.Lda)]
    [InlineData(FewShotHeadKind.Knn)]
    public void WhatARunSavesEvaluatesAndPredictsTheSame(FewShotHeadKind head)
    {
        var recorder = new Recorder();
        var result = Trainer.Train(Options("run") with { FewShotHead = head }, recorder);
        Assert.True(result.Best.Accuracy > 0.6, $"accuracy {result.Best.Accuracy}");
        Assert.Equal(15, result.FewShot!.LeftOut);
        string weights = Path.Combine(result.RunFolder, "best.safetensors");
        var evaluated = Evaluator.Evaluate(new EvaluateOptions { Weights = weights, Data = _pictures.Data, Batch = 5 });
        Assert.Equal(result.Best.Accuracy, evaluated.Metrics.Accuracy);
        Assert.Equal(result.Best.Loss, evaluated.Metrics.Loss, 1e-4);
        var predicted = Evaluator.Predict(new PredictOptions { Weights = weights, Files = [.. evaluated.Images.Select(i => i.Path)] });
        Assert.Equal(evaluated.Images.Select(i => i.Predicted), predicted.Images.Select(i => i.Predicted));
        Assert.All(predicted.Images, image => Assert.Equal(1, image.Probabilities.Sum(), 1e-5));
        foreach (string file in new[] { "last.safetensors", "options.json", "audit.json", "metrics.csv", "predictions.csv", "state.safetensors" }) Assert.True(File.Exists(Path.Combine(result.RunFolder, file)), file);
        Assert.Equal(result.FewShot.ToString(), ModelFile.Load(weights).Notes[FewShotNote.Key]);
    }

    [Fact]
    public void ALinearHeadIsAnOrdinaryLayerThatTrainsOn()
    {
        var few = Trainer.Train(Options("few") with { FewShotHead = FewShotHeadKind.Ridge }, new Recorder());
        string weights = Path.Combine(few.RunFolder, "best.safetensors");
        Assert.Equal([3, 24], ModelFile.Load(weights).Tensors["fc.weight"].Shape);
        var recorder = new Recorder();
        var tuned = Trainer.Train(_pictures.Options("tuned") with { Size = 32, Batch = 5, Weights = weights, Epochs = 1, LearningRate = 1e-5f }, recorder);
        Assert.DoesNotContain(recorder.Notes, note => note.Contains("new head", StringComparison.Ordinal));
        Assert.Equal(few.Best.Accuracy, tuned.Best.Accuracy, 0.2);
        Assert.False(ModelFile.Load(Path.Combine(tuned.RunFolder, "best.safetensors")).Notes.ContainsKey(FewShotNote.Key));
    }

    [Fact]
    public void AHeadOfNeighboursIsReplacedWhereItWouldHaveToLearnAndSaysSo()
    {
        var few = Trainer.Train(Options("few") with { FewShotHead = FewShotHeadKind.Knn }, new Recorder());
        string weights = Path.Combine(few.RunFolder, "best.safetensors");
        var model = ModelFile.Load(weights);
        Assert.Equal([15, 24], model.Tensors["fc.bank"].Shape);
        Assert.Equal([15], model.Tensors["fc.bank_labels"].Shape);
        Assert.False(model.Tensors.ContainsKey("fc.weight"));
        var recorder = new Recorder();
        var tuned = Trainer.Train(_pictures.Options("tuned") with { Size = 32, Batch = 5, Weights = weights, Epochs = 1 }, recorder);
        Assert.Contains(recorder.Notes, note => note.Contains("which cannot be trained", StringComparison.Ordinal));
        Assert.Null(ModelFile.Load(Path.Combine(tuned.RunFolder, "best.safetensors")).Spec.Head.Neighbours);
    }

    [Fact]
    public void ADamagedBankIsRefused()
    {
        var few = Trainer.Train(Options("few") with { FewShotHead = FewShotHeadKind.Knn }, new Recorder());
        string weights = Path.Combine(few.RunFolder, "best.safetensors");
        var model = ModelFile.Load(weights);
        ModelFile.Save(weights, model with { Tensors = new Dictionary<string, HostTensor>(model.Tensors) { ["fc.bank_labels"] = new([15], [.. Enumerable.Repeat(7f, 15)]) } });
        Assert.Contains("fc.bank_labels", Assert.Throws<UserException>(() => Evaluator.Evaluate(new EvaluateOptions { Weights = weights, Data = _pictures.Data })).Message);
    }

    [Fact]
    public void AFinishedRunIsResumedToItsFigures()
    {
        var whole = Trainer.Train(Options("whole"), new Recorder());
        var again = Trainer.Resume(whole.RunFolder, new Recorder());
        Assert.Equal((whole.Best.Accuracy, 1), (again.Best.Accuracy, again.BestEpoch));
    }

    [Fact]
    public void WhatAHeadInClosedFormCannotHaveIsRefused()
    {
        string Refusal(TrainOptions options) => Assert.Throws<UserException>(() => Trainer.Train(options, new Recorder())).Message;
        Assert.Contains("--head-hidden", Refusal(Options("a") with { HeadHidden = [8] }));
        Assert.Contains("--augment light", Refusal(Options("b") with { Augment = "light" }));
        Assert.Contains("needs --weights", Refusal(Options("c") with { Weights = null, Model = "resnet18" }));
        Assert.Contains("belongs to --strategy few-shot", Refusal(_pictures.Options("d") with { FewShotHead = FewShotHeadKind.Lda }));
        Assert.Contains("leave nothing to train", Refusal(Options("e") with { Freeze = ["fc"] }));
    }

    public void Dispose() => _pictures.Dispose();

    private TrainOptions Options(string run) => new() { Data = _pictures.Data, Weights = _pictures.Weights, Strategy = TrainingStrategy.FewShot, Size = 32, Threads = 2, Out = _pictures.In(run) };
}
