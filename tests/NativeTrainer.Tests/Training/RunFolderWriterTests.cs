using System.Text.Json;
using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Training;

public sealed class RunFolderWriterTests : IDisposable
{
    private static readonly TrainOptions Options = new() { Data = "photos", Model = "resnet18", Out = "somewhere" };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AnEpochIsInEveryLog()
    {
        var writer = Start();
        writer.OnEpoch(Epoch(1, best: true));
        writer.OnEpoch(Epoch(2, best: false));

        string[] csv = File.ReadAllLines(In("metrics.csv"));
        Assert.Equal("epoch,stage,train_loss,val_loss,val_accuracy,val_top5,val_balanced_accuracy,val_macro_f1,learning_rate,images_per_second,seconds,best,allowed,val_map", csv[0]);
        Assert.Equal(["1", "2"], csv[1..].Select(line => line.Split(',')[0]));
        Assert.All(csv, line => Assert.Equal(14, line.Split(',').Length));
        var json = File.ReadLines(In("metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal([1, 2], json.Select(line => line.GetProperty("epoch").GetInt32()));
        Assert.Equal(0.5, json[0].GetProperty("validation").GetProperty("accuracy").GetDouble());
        Assert.Equal(0.01f, json[1].GetProperty("learningRates").GetProperty("fc").GetSingle());
        var events = Events();
        Assert.Equal([0, 1, 2], events.Select(e => e.Step));
        Assert.Contains(("validation/accuracy", 0.5f), events[1].Scalars);
        Assert.Contains(("learning_rate/fc", 0.01f), events[1].Scalars);
    }

    [Fact]
    public void TheBestEpochLeavesItsTables()
    {
        var writer = Start();
        writer.OnEpoch(Epoch(1, best: true));
        string tables = ReadTables();
        writer.OnEpoch(Epoch(2, best: false) with { Validation = ClassificationMetrics.Compute([0, 1, 0, 1], [1, 1], ["a", "b"]) });

        Assert.Equal(tables, ReadTables());
        Assert.Contains("one.jpg,a,a,0.75", tables);
    }

    [Fact]
    public void OptionsReadBackAndNameNoFolder()
    {
        Start();

        var read = TrainOptionsFile.Load(In("options.json"));

        Assert.Equal(TrainOptionsFile.Format(Options with { Out = null }), TrainOptionsFile.Format(read));
    }

    [Fact]
    public void WhatTheTrainerResolvedIsWhatIsKept()
    {
        Start(Options with { Size = 160 });

        Assert.Equal(160, TrainOptionsFile.Load(In("options.json")).Size);
    }

    [Fact]
    public void AResumedRunCutsWhatIsTrainedAgain()
    {
        var first = Start();
        for (int epoch = 1; epoch <= 4; epoch++) first.OnEpoch(Epoch(epoch, best: false));
        File.AppendAllText(In("metrics.jsonl"), "{\"epoch\": 5, \"sta");

        var second = Start();
        second.OnEpoch(Epoch(3, best: false));

        Assert.Equal(["epoch", "1", "2", "3"], File.ReadLines(In("metrics.csv")).Select(line => line.Split(',')[0]));
        Assert.Equal([1, 2, 3], File.ReadLines(In("metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("epoch").GetInt32()));
        Assert.Equal([0, 1, 2, 3], Events().Select(e => e.Step));
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "*.tmp"));
    }

    [Fact]
    public void ALossThatIsNotANumberIsWritten()
    {
        var writer = Start();
        writer.OnEpoch(Epoch(1, best: false) with { TrainLoss = double.NaN });

        Assert.Contains("\"trainLoss\":\"NaN\"", File.ReadAllText(In("metrics.jsonl")));
    }

    [Fact]
    public void AFolderThatIsAFileIsTheUsersMistake()
    {
        string file = _folder.File("taken", "");

        var error = Assert.Throws<UserException>(() => new RunFolderWriter(Options).OnPlan(Plan(Path.Combine(file, "run"))));

        Assert.Contains("--out", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    // /dev/full (Linux) refuses every write as a full disk does.
    [Fact]
    public void AFullDiskIsToldAndEarlierRowsStay()
    {
        if (!File.Exists("/dev/full")) Assert.Skip("needs /dev/full, which this system does not have");
        var writer = Start();
        writer.OnEpoch(Epoch(1, best: false));
        string rows = File.ReadAllText(In("metrics.csv"));
        File.Delete(In("metrics.jsonl"));
        File.CreateSymbolicLink(In("metrics.jsonl"), "/dev/full");

        var error = Assert.Throws<UserException>(() => writer.OnEpoch(Epoch(2, best: false)));

        Assert.Contains("metrics.jsonl", error.Message);
        Assert.StartsWith(rows, File.ReadAllText(In("metrics.csv")));
    }

    private RunFolderWriter Start(TrainOptions? resolved = null)
    {
        var writer = new RunFolderWriter(Options);
        writer.OnPlan(Plan(_folder.Path) with { Options = resolved });
        return writer;
    }

    private static TrainingPlan Plan(string folder) => new()
    {
        Device = "cpu",
        Model = "resnet18",
        Classes = ["a", "b"],
        TrainImages = 2,
        ValidationImages = 2,
        TrainedParameters = 1,
        TotalParameters = 1,
        PeakMemoryBytes = 1,
        RunFolder = folder,
        Epochs = 4,
    };

    private static EpochReport Epoch(int epoch, bool best) => new()
    {
        Epoch = epoch,
        Stage = "head",
        TrainLoss = 1.0 / epoch,
        Validation = ClassificationMetrics.Compute([0.75f, 0.25f, 0.75f, 0.25f], [0, 1], ["a", "b"]),
        LearningRates = new Dictionary<string, float> { ["fc"] = 0.01f, ["layer4"] = 0.001f },
        ImagesPerSecond = 10,
        Seconds = 1,
        IsBest = best,
        Predictions = best ? [new PredictedImage("one.jpg", 0, [0.75f, 0.25f]), new PredictedImage("two.jpg", 1, [0.75f, 0.25f])] : [],
    };

    private string In(string name) => Path.Combine(_folder.Path, name);

    private string ReadTables() => string.Concat(new[] { "per-class.csv", "confusion.csv", "predictions.csv" }.Select(name => File.ReadAllText(In(name))));

    private List<(double WallTime, long Step, List<(string, float)> Scalars)> Events()
    {
        ReadOnlySpan<byte> file = File.ReadAllBytes(Directory.EnumerateFiles(_folder.Path, "events.out.tfevents.*").Single());
        var events = new List<(double, long, List<(string, float)>)>();
        while (RunFolderEvents.TryReadFrame(file, out var message, out int length))
        {
            events.Add(RunFolderEventsTests.Read(message));
            file = file[length..];
        }
        Assert.Equal(0, file.Length);
        return events;
    }
}
