using System.Net;
using System.Text.Json;
using NativeTrainer.Live;
using NativeTrainer.Tests.Training;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Live;

public sealed class LiveServerTests
{
    private readonly LiveRun _run = new();

    [Fact]
    public async Task OnlyWhoKnowsTheTokenIsAnswered()
    {
        using var server = new LiveServer(_run);
        using var client = new HttpClient();
        Assert.Equal("127.0.0.1", server.Address.Host);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(server.Address)).StatusCode);
        foreach (string other in (string[])["/", "/events", $"/{new string('0', 32)}/", $"/{new string('0', 32)}/stop"])
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(server.Address, other))).StatusCode);
        using var second = new LiveServer(new LiveRun());
        Assert.NotEqual(server.Address.AbsolutePath, second.Address.AbsolutePath);
    }

    [Fact]
    public async Task AnotherPageOrNameCannotStopTheRun()
    {
        using var server = new LiveServer(_run);
        using var client = new HttpClient();
        using var foreign = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "stop")) { Headers = { { "Origin", "https://elsewhere.example" } } };
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(foreign)).StatusCode);
        // On a connection of its own: after an unknown Host, HttpListener answers a second time (200, empty) when it closes a connection that was to be kept.
        using var rebound = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "stop")) { Headers = { Host = $"elsewhere.example:{server.Address.Port}", ConnectionClose = true } };
        Assert.NotEqual(HttpStatusCode.NoContent, (await client.SendAsync(rebound)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(server.Address, "stop"))).StatusCode);
        Assert.False(_run.Stopped.IsCancellationRequested);
        using var own = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "stop")) { Headers = { { "Origin", server.Address.GetLeftPart(UriPartial.Authority) } } };
        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync(own)).StatusCode);
        Assert.True(_run.Stopped.IsCancellationRequested);
    }

    [Fact]
    public async Task APageThatComesLateSeesWhatHappened()
    {
        using var pictures = new SmallPictures(train: 4, validation: 4);
        Trainer.Train(pictures.Options("run") with { Epochs = 2, Allow = ["leakage", "NT4", "NT5"] }, _run);
        using var server = new LiveServer(_run);
        using var client = new HttpClient();
        using var reader = new StreamReader(await client.GetStreamAsync(new Uri(server.Address, "events")));
        var kinds = new List<string>();
        while (kinds.LastOrDefault() != "state")
        {
            if (await reader.ReadLineAsync() is { Length: > 0 } line) kinds.Add(JsonDocument.Parse(line["data: ".Length..]).RootElement.GetProperty("kind").GetString()!);
        }
        Assert.Equal("plan", kinds[0]);
        Assert.Equal(2, kinds.Count(kind => kind == "epoch"));
        Assert.Contains("samples", kinds);
    }

    /// <summary>Stopped by a page and resumed by it, a run ends with the bits of one that nobody stopped.</summary>
    [Fact]
    public async Task AStoppedRunGoesOnWhereItWas()
    {
        using var pictures = new SmallPictures(train: 6, validation: 4);
        var options = pictures.Options("stopped") with { Epochs = 3, Batch = 4, Allow = ["leakage", "NT4", "NT5"] };
        Trainer.Train(options with { Out = pictures.In("whole") }, new Quiet());
        using var server = new LiveServer(_run);
        using var client = new HttpClient();
        var stopper = new StopAfterEpoch(() => client.PostAsync(new Uri(server.Address, "stop"), null).GetAwaiter().GetResult());
        var result = Trainer.Train(options, stopper, _run.Stopped);
        Assert.True(result.Interrupted);
        _run.Ended(result);
        var waiting = Task.Run(() => _run.WaitForResume(TestContext.Current.CancellationToken));
        await client.PostAsync(new Uri(server.Address, "resume"), null);
        Assert.True(await waiting);
        Assert.False(Trainer.Resume(pictures.In("stopped"), _run, _run.Stopped).Interrupted);
        Assert.Equal(File.ReadAllBytes(pictures.In("whole/last.safetensors")), File.ReadAllBytes(pictures.In("stopped/last.safetensors")));
    }

    private sealed class Quiet : ITrainingObserver;

    private sealed class StopAfterEpoch(Action stop) : ITrainingObserver
    {
        public void OnEpoch(EpochReport epoch)
        {
            if (epoch.Epoch == 1) stop();
        }
    }
}
