using NativeTrainer.Advice.Audit;
using NativeTrainer.Training;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests.Training;

/// <summary>Training looks at its data first.</summary>
public sealed class TrainerAuditTests : IDisposable
{
    private readonly SmallPictures _pictures = new(train: 6, validation: 3);

    public void Dispose() => _pictures.Dispose();

    [Fact]
    public void ALeakIsRefusedAndLeavesNoFolder()
    {
        Leak();
        var recorder = new Recorder();
        var refused = Assert.Throws<AuditRefusedException>(() => Trainer.Train(Options("run"), recorder));
        Assert.Equal(3, refused.ExitCode);
        Assert.True(refused.Report.Refused);
        Assert.Contains("--allow leakage", refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Same(refused.Report, recorder.Audit);
        Assert.Null(recorder.Plan);
        Assert.False(Directory.Exists(_pictures.In("run")));
    }

    [Fact]
    public void AnAllowedLeakMarksEveryResult()
    {
        Leak();
        var result = Trainer.Train(Options("run") with { Allow = ["leakage"] }, new Recorder());
        Assert.Equal(["NT102 leakage/exact-duplicate"], result.Audit.Marks);
        Assert.All(File.ReadLines(_pictures.In("run/metrics.csv")).Skip(1), line => Assert.EndsWith(",NT102,", line));
        Assert.All(File.ReadLines(_pictures.In("run/metrics.jsonl")), line => Assert.EndsWith("\"allowed\":[\"NT102 leakage/exact-duplicate\"]}", line));
        Assert.Equal("NT102 leakage/exact-duplicate", ModelFile.Load(_pictures.In("run/best.safetensors")).Notes[Trainer.AllowedKey]);
        Assert.Contains("\"allowed\": true", File.ReadAllText(_pictures.In("run/audit.json")));
        Assert.Equal(["leakage"], TrainOptionsFile.Load(_pictures.In("run/options.json")).Allow);

        // What a run without leaks makes of these weights is its own.
        File.Delete(Path.Combine(_pictures.Data, "val", "class0", "copy.png"));
        var clean = Trainer.Train(Options("clean") with { Weights = _pictures.In("run/best.safetensors") }, new Recorder());
        Assert.Empty(clean.Audit.Marks);
        Assert.False(ModelFile.Load(_pictures.In("clean/best.safetensors")).Notes.ContainsKey(Trainer.AllowedKey));
        Assert.All(File.ReadLines(_pictures.In("clean/metrics.csv")).Skip(1), line => Assert.EndsWith(",,", line));
    }

    [Fact]
    public void AFixedLeakTrains()
    {
        Leak();
        File.WriteAllText(_pictures.In("audit.csv"), "path,action\ndata/train/class0/0.png,drop\n");
        var result = Trainer.Train(Options("run") with { Fix = _pictures.In("audit.csv") }, new Recorder());
        Assert.Empty(result.Audit.Marks);
        Assert.Equal(17, result.Audit.Classes.Sum(c => c.Train));
    }

    private TrainOptions Options(string run) => _pictures.Options(run) with { Size = 32, Batch = 6, Epochs = 1 };

    private void Leak() => File.Copy(Path.Combine(_pictures.Data, "train", "class0", "0.png"), Path.Combine(_pictures.Data, "val", "class0", "copy.png"));
}
