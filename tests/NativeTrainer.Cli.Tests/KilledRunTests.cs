using System.Diagnostics;

namespace NativeTrainer.Cli.Tests;

/// <summary>A process that is killed in the middle of an epoch loses nothing: the resumed run ends with the bits of one that never stopped.</summary>
public sealed class KilledRunTests(CliFixture fixture) : IClassFixture<CliFixture>
{
    [Fact]
    public void KilledAndResumedIsAsNeverStopped()
    {
        string[] arguments = ["train", "--data", fixture.Data, "--weights", fixture.Weights, "--strategy", "full", "--epochs", "6", "--batch", "4", "--save-every", "2", "--augment", "medium"];
        Assert.Equal(0, CliFixture.Run([.. arguments, "--threads", "1", "--out", fixture.In("whole")]).Code);
        string run = fixture.In("killed"), state = Path.Combine(run, "state.safetensors");
        using (var process = Start([.. arguments, "--threads", "2", "--out", run]))
        {
            // The second checkpoint that appears inside an epoch shows that steps run; the kill comes at whatever step is then running.
            var limit = Stopwatch.StartNew();
            while (!File.Exists(state) && !process.HasExited && limit.Elapsed < TimeSpan.FromMinutes(2)) Thread.Sleep(1);
            process.Kill();
            process.WaitForExit();
            Assert.NotEqual(0, process.ExitCode);
        }
        Assert.True(File.Exists(state), "the run made no checkpoint before it ended");
        Assert.Equal(0, CliFixture.Run("train", "--resume", run).Code);
        Assert.Equal(File.ReadAllBytes(fixture.In("whole/last.safetensors")), File.ReadAllBytes(Path.Combine(run, "last.safetensors")));
        Assert.Equal(File.ReadAllBytes(fixture.In("whole/best.safetensors")), File.ReadAllBytes(Path.Combine(run, "best.safetensors")));
    }

    private static Process Start(string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "NativeTrainer.Cli.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }
}
