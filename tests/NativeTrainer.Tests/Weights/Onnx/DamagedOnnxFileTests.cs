using NativeTrainer.Imaging;
using NativeTrainer.Models;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>A file that is cut off, changed, or something else gives one line for the user, never another exception.</summary>
public sealed class DamagedOnnxFileTests
{
    private const int Flips = 100;

    private static readonly ResNetSpec Tiny = OnnxNetworks.Small with { Widths = [2, 3], StemChannels = 2, Preprocessing = new Preprocessing { Size = 16, CropRatio = 1 } };

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.001)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.999)]
    public void CutOff(double share)
    {
        using var folder = new TemporaryFolder();
        string path = OnnxNetworks.Save(folder, OnnxNetworks.Small, new OnnxDialect());
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(int)(share * whole.Length)]);
        string message = OnnxConversion.Refusal(folder, path);
        Assert.Contains(share == 0 ? "the file is empty; download it again" : "download or export it again", message, StringComparison.Ordinal);
    }

    /// <summary>Every length, so that cuts between two fields are among them: what is left then is a valid message.</summary>
    [Fact]
    public void CutOffAnywhere()
    {
        using var folder = new TemporaryFolder();
        string path = OnnxNetworks.Save(folder, Tiny with { Depths = [1], Widths = [2], Strides = [1] }, new OnnxDialect { Storage = TensorStorage.External });
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            OnnxConversion.Refusal(folder, path);
        }
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:9d1e\nsize 46800000\n", "Git LFS pointer")]
    [InlineData("<!DOCTYPE html><html><body>Not found</body></html>", "HTML page")]
    [InlineData("\r\n  <html><body>Sign in</body></html>", "HTML page")]
    [InlineData("PK\u0003\u0004archive/data.pkl", "zip or PyTorch file")]
    [InlineData("{\"error\": \"not found\"}", "not a whole ONNX file")]
    [InlineData("Not Found", "not a whole ONNX file")]
    public void OtherFiles(string text, string reason)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(reason, OnnxConversion.Refusal(folder, folder.File("network.onnx", text)), StringComparison.Ordinal);
    }

    [Fact]
    public void NoFileAndAFolder()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("there is no such file", OnnxConversion.Refusal(folder, Path.Combine(folder.Path, "absent.onnx")), StringComparison.Ordinal);
        Assert.Contains("is a folder", OnnxConversion.Refusal(folder, folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void ExternalDataMissingOrShort()
    {
        using var folder = new TemporaryFolder();
        string path = OnnxNetworks.Save(folder, OnnxNetworks.Small, new OnnxDialect { Storage = TensorStorage.External }), data = $"{path}.data";
        byte[] whole = File.ReadAllBytes(data);
        File.WriteAllBytes(data, whole[..(whole.Length / 2)]);
        string message = OnnxConversion.Refusal(folder, path);
        Assert.Contains($"{data}: tensor '", message, StringComparison.Ordinal);
        Assert.Contains($"the file has {whole.Length / 2}; download it again", message, StringComparison.Ordinal);
        File.Delete(data);
        Assert.Contains("its weights are in 'network.onnx.data', which is not there; put that file beside the model", OnnxConversion.Refusal(folder, path), StringComparison.Ordinal);
    }

    [Fact]
    public void ExternalDataOutsideTheFolderIsNotRead()
    {
        using var folder = new TemporaryFolder();
        string path = OnnxNetworks.Save(folder, OnnxNetworks.Small, new OnnxDialect { Storage = TensorStorage.External });
        byte[] bytes = File.ReadAllBytes(path);
        // The same length, so that the message stays whole.
        byte[] from = "network.onnx.data"u8.ToArray(), to = "../../../../a.dat"u8.ToArray();
        for (int at; (at = bytes.AsSpan().IndexOf(from)) >= 0;) to.CopyTo(bytes.AsSpan(at));
        File.WriteAllBytes(path, bytes);
        Assert.Contains("names the outside file '../../../../a.dat'", OnnxConversion.Refusal(folder, path), StringComparison.Ordinal);
    }

    /// <summary>A changed byte converts, where the file allows it, or is refused. External weights leave little but structure to hit.</summary>
    [Theory]
    [InlineData(nameof(TensorStorage.External), 1)]
    [InlineData(nameof(TensorStorage.Typed), 2)]
    public void ChangedBytes(string storage, int seed)
    {
        using var folder = new TemporaryFolder();
        string path = OnnxNetworks.Save(folder, Tiny, new OnnxDialect { Storage = Enum.Parse<TensorStorage>(storage), Rows = RowForm.ReshapeComputed, Pad = PadForm.Nodes });
        byte[] whole = File.ReadAllBytes(path);
        var random = new Random(seed);
        int refused = 0;
        for (int flip = 0; flip < Flips; flip++)
        {
            byte[] changed = [.. whole];
            int at = random.Next(whole.Length);
            changed[at] ^= (byte)random.Next(1, 256);
            File.WriteAllBytes(path, changed);
            try
            {
                OnnxConversion.Convert(path);
            }
            catch (UserException)
            {
                refused++;
            }
            catch (Exception other)
            {
                Assert.Fail($"flip {flip}, byte {at} to {changed[at]}: {other}");
            }
        }
        Assert.InRange(refused, 1, Flips - 1);
    }
}
