using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Explaining;
using NativeTrainer.Html;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Live;

/// <summary>What the page asks for.</summary>
public enum LiveWish
{
    /// <summary>Finish the step, save and pause.</summary>
    Stop,

    /// <summary>Go on from where it was saved.</summary>
    Resume,

    /// <summary>End the program; what was saved stays.</summary>
    Close,
}

/// <summary>
/// A run as a page follows it: an observer that keeps what happened, so that a page that is opened late sees all of it, and hands each event to whoever listens. Training never waits for a page.
/// </summary>
public sealed class LiveRun : ITrainingObserver
{
    private const int Samples = 8, Waiting = 256;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly List<string> _past = [];
    private readonly List<Channel<string>> _listeners = [];
    private readonly SemaphoreSlim _asked = new(0);
    private CancellationTokenSource _stop = new();
    private LiveWish? _wish;
    private IReadOnlyList<string> _classes = [];
    private DateTime _told;
    private string? _state;

    /// <summary>Asks the run to finish its step, save and return; another one after <see cref="WaitForResume"/>.</summary>
    public CancellationToken Stopped => _stop.Token;

    public void OnPlan(TrainingPlan plan)
    {
        _classes = plan.Classes;
        lock (_lock) _past.Clear();
        Past(new LiveEvent("plan") { Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(plan.RunFolder)), Model = plan.Model, Device = plan.Device, Epochs = plan.Epochs, Train = plan.TrainImages, Validation = plan.ValidationImages, Classes = plan.Classes.Count });
        foreach (var old in Earlier(plan.RunFolder)) Past(old);
        State("running");
    }

    public void OnNote(string note) => Past(new LiveEvent("note") { Text = note });

    public void OnStep(StepReport step)
    {
        if (DateTime.UtcNow - _told < Pause) return;
        _told = DateTime.UtcNow;
        Send(Json(new LiveEvent("step") { Epoch = step.Epoch, Step = step.Step, Steps = step.StepsPerEpoch, Loss = Finite(step.Loss), Rate = step.LearningRate, Speed = step.ImagesPerSecond, Left = step.Remaining.TotalSeconds }));
    }

    public void OnEpoch(EpochReport epoch)
    {
        Past(new LiveEvent("epoch")
        {
            Epoch = epoch.Epoch,
            Stage = epoch.Stage,
            TrainLoss = Finite(epoch.TrainLoss),
            Loss = Finite(epoch.Validation.Loss),
            Accuracy = epoch.Validation.Accuracy,
            Speed = epoch.ImagesPerSecond,
            Best = epoch.IsBest,
        });
        if (epoch.IsBest && epoch.Predictions.Count > 0) Past(new LiveEvent("samples") { Epoch = epoch.Epoch, Images = Worst(epoch.Predictions) });
    }

    /// <summary>Says on the page how the run ended; pages then know that nothing more comes.</summary>
    public void Ended(TrainResult result) => State(result.Diverged is { } reason ? $"diverged: {reason}" : result.Interrupted ? "stopped" : "done");

    /// <summary>After a stop: waits until the page asks to go on.</summary>
    /// <returns>False where it asks to close, or the program is told to end.</returns>
    public bool WaitForResume(CancellationToken end)
    {
        try
        {
            while (true)
            {
                lock (_lock)
                {
                    if (_wish == LiveWish.Close) return false;
                    if (_wish == LiveWish.Resume)
                    {
                        _wish = null;
                        _stop = new CancellationTokenSource();
                        return true;
                    }
                }
                _asked.Wait(end);
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    internal void Ask(LiveWish wish)
    {
        lock (_lock)
        {
            // To go on means something only after a stop.
            if (wish == LiveWish.Resume && !_stop.IsCancellationRequested) return;
            _wish = wish;
        }
        if (wish != LiveWish.Resume) _stop.Cancel();
        if (wish == LiveWish.Stop) State("stopping");
        _asked.Release();
    }

    /// <summary>All that happened, then what happens.</summary>
    internal ChannelReader<string> Listen()
    {
        lock (_lock)
        {
            // A page that sleeps costs no more than so many messages of memory.
            var channel = Channel.CreateBounded<string>(new BoundedChannelOptions(Waiting + _past.Count) { FullMode = BoundedChannelFullMode.DropOldest });
            foreach (string past in _past) channel.Writer.TryWrite(past);
            if (_state is not null) channel.Writer.TryWrite(_state);
            _listeners.Add(channel);
            return channel.Reader;
        }
    }

    internal void Leave(ChannelReader<string> reader)
    {
        lock (_lock) _listeners.RemoveAll(channel => channel.Reader == reader);
    }

    internal void Close()
    {
        lock (_lock)
        {
            foreach (var channel in _listeners) channel.Writer.TryComplete();
        }
    }

    private void State(string state)
    {
        lock (_lock) _state = Json(new LiveEvent("state") { Text = state });
        Send(_state);
    }

    private void Past(LiveEvent happened)
    {
        string json = Json(happened);
        lock (_lock) _past.Add(json);
        Send(json);
    }

    private void Send(string json)
    {
        lock (_lock)
        {
            foreach (var channel in _listeners) channel.Writer.TryWrite(json);
        }
    }

    /// <summary>Epochs of a run that goes on.</summary>
    private static IEnumerable<LiveEvent> Earlier(string folder)
    {
        if (!File.Exists(Path.Combine(folder, RunFolderWriter.MetricsJsonLines))) return [];
        return Reports.RunRecord.Read(folder).Epochs.Select(e => new LiveEvent("epoch")
        {
            Epoch = e.Epoch,
            Stage = e.Stage,
            TrainLoss = Finite(e.TrainLoss),
            Loss = Finite(e.Validation.Loss),
            Accuracy = e.Validation.Accuracy,
            Speed = e.ImagesPerSecond,
            Best = e.Best,
        });
    }

    private LiveImage[] Worst(IReadOnlyList<PredictedImage> images)
    {
        var thumbnails = new Thumbnails();
        return [.. TopLosses.Of(images, Samples).Select(worst =>
        {
            var image = worst.Image;
            var small = thumbnails.Of(() => ImageDecoder.Decode(image.Path, new DecodeTarget(160) { Region = image.Crop }).Image);
            return new LiveImage(small.Uri, _classes[image.Label], _classes[image.Predicted], image.Probabilities[image.Predicted]);
        })];
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static string Json(LiveEvent happened) => JsonSerializer.Serialize(happened, LiveJson.Default.LiveEvent);
}

/// <param name="Picture">A data URI, or null.</param>
internal sealed record LiveImage(string? Picture, string Label, string Said, double Sure);

/// <summary>One message to the page; what does not belong to its kind is left out.</summary>
internal sealed record LiveEvent(string Kind)
{
    public string? Name { get; init; }

    public string? Model { get; init; }

    public string? Device { get; init; }

    public string? Text { get; init; }

    public string? Stage { get; init; }

    public int? Epoch { get; init; }

    public int? Epochs { get; init; }

    public int? Step { get; init; }

    public int? Steps { get; init; }

    public int? Train { get; init; }

    public int? Validation { get; init; }

    public int? Classes { get; init; }

    public double? TrainLoss { get; init; }

    public double? Loss { get; init; }

    public double? Accuracy { get; init; }

    public double? Rate { get; init; }

    public double? Speed { get; init; }

    public double? Left { get; init; }

    public bool? Best { get; init; }

    public IReadOnlyList<LiveImage>? Images { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LiveEvent))]
internal sealed partial class LiveJson : JsonSerializerContext;
