using System.Text;

namespace NativeTrainer.Cli.Tests;

/// <summary>What people get wrong: one line that begins with <c>error:</c>, a code that is not 0, and nothing left behind.</summary>
public sealed class MistakeTests(CliFixture fixture) : IClassFixture<CliFixture>
{
    private readonly string run = fixture.In(Path.GetRandomFileName());

    [Fact]
    public void AMissingFolder() => Refused("there", Train("--data", fixture.In("nothere")));

    [Fact]
    public void OneClassOnly()
    {
        Copy("one/boat", 3);
        Refused("one class", Train("--data", fixture.In("one")));
    }

    [Fact]
    public void AnEmptyClass()
    {
        Copy("empty/boat", 3);
        Copy("empty/fish", 3);
        Directory.CreateDirectory(fixture.In("empty/house"));
        Refused("house: this class is empty", Train("--data", fixture.In("empty")));
    }

    [Fact]
    public void WeightsOfAnotherArchitecture() => Refused("not resnet18", Train("--data", fixture.Data, "--model", "resnet18"));

    [Fact]
    public void TruncatedWeights()
    {
        byte[] whole = File.ReadAllBytes(fixture.Weights);
        File.WriteAllBytes(fixture.In("cut.safetensors"), whole[..(whole.Length / 2)]);
        Refused("truncated", CliFixture.Run("evaluate", "--weights", fixture.In("cut.safetensors"), "--data", fixture.Data));
    }

    [Fact]
    public void ALfsPointerNamedOnnx()
    {
        File.WriteAllText(fixture.In("pointer.onnx"), $"version https://git-lfs.github.com/spec/v1\noid sha256:{new string('0', 64)}\nsize 102400\n");
        Refused("git lfs pull", CliFixture.Run("convert", fixture.In("pointer.onnx"), "-o", fixture.In("pointer.safetensors")));
        Assert.False(File.Exists(fixture.In("pointer.safetensors")));
    }

    [Fact]
    public void AnUnknownColumn()
    {
        File.WriteAllText(fixture.In("wrong.csv"), "path,label,weather\na.jpg,cat,sun\n", Encoding.UTF8);
        Refused("'weather'", Train("--data", fixture.In("wrong.csv")));
    }

    [Theory]
    [InlineData("--freeze", "layer9")]
    [InlineData("--train-only", "head")]
    [InlineData("--lr-for", "layer9=0.1")]
    [InlineData("--epochs", "many")]
    [InlineData("--epochs", "0")]
    [InlineData("--device", "toaster")]
    [InlineData("--device", "cuda:1000")]
    [InlineData("--precision", "fp8")]
    [InlineData("--augment", "medium,hue=7")]
    [InlineData("--size", "3")]
    public void AWrongOption(string flag, string value) => Refused(flag.TrimStart('-').Split('-')[0], Train("--data", fixture.Data, flag, value));

    [Fact]
    public void APrecisionThatTheProcessorHasNot() => Refused("computes in fp32", Train("--data", fixture.Data, "--device", "cpu", "--precision", "bf16"));

    [Fact]
    public void ARateThatIsFarTooHighEndsWithACodeOfItsOwn()
    {
        var result = CliFixture.Run("train", "--data", fixture.Data, "--weights", fixture.Weights, "--out", run, "--strategy", "full", "--lr", "100", "--momentum", "0.99", "--bn", "eval", "--batch", "4", "--epochs", "8");
        Assert.Equal(4, result.Code);
        string line = result.Error.TrimEnd().Split('\n')[^1];
        Assert.StartsWith("error: the loss became ", line, StringComparison.Ordinal);
        Assert.Contains("--lr", line, StringComparison.Ordinal);
    }

    [Fact]
    public void ARunFolderThatCannotBeWritten()
    {
        File.WriteAllText(fixture.In("file"), "");
        Refused("--out", CliFixture.Run("train", "--data", fixture.Data, "--weights", fixture.Weights, "--out", fixture.In("file/run")));
    }

    [Fact]
    public void NothingToResume()
    {
        Refused("no such run folder", CliFixture.Run("train", "--resume", fixture.In("neverrun")));
        Refused("--epochs", CliFixture.Run("train", "--resume", fixture.Data, "--epochs", "3"));
    }

    [Fact]
    public void AnUnknownCommandOrOption()
    {
        Refused("trian", CliFixture.Run("trian"));
        Refused("did you mean '--data'", CliFixture.Run("train", "--dat", "x"));
    }

    [Fact]
    public void APictureThatIsNone()
    {
        File.WriteAllText(fixture.In("empty.jpg"), "");
        Refused("empty.jpg", CliFixture.Run("predict", "--weights", fixture.Weights, fixture.In("empty.jpg")));
        Refused("gone.jpg", CliFixture.Run("predict", "--weights", fixture.Weights, fixture.In("gone.jpg")));
    }

    private CliResult Train(params string[] arguments)
        => CliFixture.Run(["train", "--weights", fixture.Weights, "--epochs", "1", "--out", run, .. arguments]);

    private void Refused(string mentioned, CliResult result)
    {
        Assert.NotEqual(0, result.Code);
        string line = Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains(mentioned, line, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run), "a refused run leaves no folder");
    }

    private void Copy(string folder, int count)
    {
        Directory.CreateDirectory(fixture.In(folder));
        foreach (string file in Directory.EnumerateFiles(Path.Combine(fixture.Data, "train", "boat")).Order().Take(count)) File.Copy(file, Path.Combine(fixture.In(folder), Path.GetFileName(file)), true);
    }
}
