using System.Buffers.Binary;
using System.Text;
using CsCheck;
using NativeTrainer.Imaging;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests.Weights;

public sealed class SafeTensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static readonly Gen<TensorEntry> AnyEntry = Gen.Select(
        Gen.String[Gen.Char['!', '~'], 1, 12], Gen.Enum<TensorType>(), Gen.Int[0, 4].Array[0, 4],
        (name, type, shape) => new TensorEntry(name, type, shape));

    private static readonly Gen<List<TensorData>> AnyTensors =
        AnyEntry.List[0, 6].Select(entries => entries.DistinctBy(entry => entry.Name).ToList()).SelectMany(entries =>
            Gen.Int[0, int.MaxValue - 1].Select(seed =>
            {
                var random = new Random(seed);
                return entries.ConvertAll(entry =>
                {
                    var data = new byte[entry.Bytes];
                    random.NextBytes(data);
                    return new TensorData(entry, data);
                });
            }));

    private static readonly Gen<Dictionary<string, string>> AnyMetadata =
        Gen.Dictionary(Gen.String[Gen.Char['a', 'z'], 1, 5], Gen.String[Gen.Char[' ', '\u2FFF'], 0, 9])[0, 4];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatIsWrittenIsRead() => Gen.Select(AnyTensors, AnyMetadata).Sample((tensors, metadata) =>
    {
        string path = In(Guid.NewGuid().ToString("N"));
        SafeTensors.Write(path, tensors, metadata);
        using var file = SafeTensors.Open(path);
        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(tensors.Count, file.Tensors.Count);
        foreach (var (entry, data) in tensors)
        {
            Assert.Equal(entry.Type, file[entry.Name].Type);
            Assert.Equal(entry.Shape, file[entry.Name].Shape);
            Assert.Equal(data.ToArray(), file.ReadBytes(entry.Name));
        }
    }, iter: 60, threads: 1);

    [Fact]
    public void EveryTruncationIsRefused()
    {
        string path = WriteSample();
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            var error = Assert.Throws<UserException>(() => SafeTensors.Open(path));
            Assert.StartsWith(path, error.Message);
        }
    }

    [Fact]
    public void NoDamagedByteEscapesAsAnotherException()
    {
        string path = WriteSample();
        byte[] whole = File.ReadAllBytes(path);
        int headerEnd = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(whole);
        for (int i = 0; i < headerEnd; i++)
        {
            foreach (byte flip in (byte[])[1, 16, 128])
            {
                byte[] damaged = [.. whole];
                damaged[i] ^= flip;
                File.WriteAllBytes(path, damaged);
                try
                {
                    using var file = SafeTensors.Open(path);
                    foreach (var tensor in file.Tensors) file.ReadBytes(tensor.Name);
                }
                catch (UserException error)
                {
                    Assert.StartsWith(path, error.Message);
                }
            }
        }
    }

    [Fact]
    public void HalfPrecisionsBecomeFloat32()
    {
        string path = In("t.safetensors");
        byte[] halves = [.. new[] { 1.5f, -65504f, 6e-8f }.SelectMany(value => BitConverter.GetBytes((Half)value))];
        byte[] brains = [.. new[] { 1.5f, -3e38f, 1e-38f }.SelectMany(value => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)))];
        byte[] doubles = [.. new[] { 0.1, -1e300, 1e-300 }.SelectMany(BitConverter.GetBytes)];
        SafeTensors.Write(path,
        [
            new(new("half", TensorType.F16, [3]), halves),
            new(new("brain", TensorType.BF16, [3]), brains),
            new(new("double", TensorType.F64, [3]), doubles),
            SafeTensors.FromFloat32("single", [1, 3], [1f, -2f, float.NaN]),
            SafeTensors.FromInt64("long", [], [long.MinValue]),
            SafeTensors.FromInt32("int", [2], [7, -7]),
            SafeTensors.FromBytes("byte", [1], [200]),
        ], new Dictionary<string, string>());

        using var file = SafeTensors.Open(path);
        Assert.Equal([1.5f, -65504f, (float)(Half)6e-8f], file.ReadFloat32("half"));
        Assert.Equal([1.5f, Truncated(-3e38f), Truncated(1e-38f)], file.ReadFloat32("brain"));
        Assert.Equal([0.1f, float.NegativeInfinity, 0f], file.ReadFloat32("double"));
        Assert.Equal([1f, -2f, float.NaN], file.ReadFloat32("single"));
        Assert.Equal([long.MinValue], file.ReadInt64("long"));
        Assert.Equal([7, -7], file.ReadInt32("int"));
        Assert.Equal([200], file.ReadBytes("byte"));
        Assert.Contains("tensor long has the dtype I64", Assert.Throws<UserException>(() => file.ReadFloat32("long")).Message);
        Assert.Contains("no tensor named fc.weight", Assert.Throws<UserException>(() => file.ReadFloat32("fc.weight")).Message);

        static float Truncated(float value) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "tensor b overlaps a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "hole of 4 bytes before tensor a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "4 bytes after the last tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "tensor a of shape (3)")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", 8, "truncated")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}""", 8, "impossible shape (-1)")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2000000000,2000000000,2000000000],"data_offsets":[0,8]}}""", 8, "impossible shape")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "dtype F8_E4M3")]
    [InlineData("""{"a":{"dtype":"1","shape":[1],"data_offsets":[0,4]}}""", 4, "dtype 1")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'a' twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "data_offsets")]
    [InlineData("""{"a":3}""", 0, "tensor a")]
    [InlineData("""{"__metadata__":{"k":3}}""", 0, "'k' is not a string")]
    [InlineData("""[1]""", 0, "not a JSON object")]
    [InlineData("""{"a":""", 0, "not valid JSON")]
    public void BadHeadersAreRefusedWithTheReason(string header, int dataLength, string reason)
    {
        string path = In("bad.safetensors");
        byte[] text = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[dataLength]]);
        var error = Assert.Throws<UserException>(() => SafeTensors.Open(path));
        Assert.StartsWith(path, error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void OtherFilesAreRefusedByName()
    {
        string pointer = In("resnet.safetensors");
        File.WriteAllText(pointer, "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
        Assert.Contains("Git LFS pointer", Assert.Throws<UserException>(() => SafeTensors.Open(pointer)).Message);
        Assert.Contains("no such file", Assert.Throws<UserException>(() => SafeTensors.Open(In("absent"))).Message);
        Assert.Contains("folder", Assert.Throws<UserException>(() => SafeTensors.Open(Path.GetTempPath())).Message);
    }

    [Fact]
    public void AFailedWriteLeavesTheOldFileAndNothingElse()
    {
        string path = WriteSample();
        byte[] before = File.ReadAllBytes(path);
        var error = Assert.Throws<UserException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[10]);
            throw new IOException("No space left on device");
        }));
        Assert.StartsWith($"{path}: cannot be written (No space left on device)", error.Message);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(["sample.safetensors"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void UnwritableTargetsAreNamed()
    {
        Assert.Contains("does not exist", Assert.Throws<UserException>(() => SafeTensors.Write(In("no/such.safetensors"), [], NoMetadata)).Message);
        Directory.CreateDirectory(In("folder"));
        Assert.Contains("this is a folder", Assert.Throws<UserException>(() => SafeTensors.Write(In("folder"), [], NoMetadata)).Message);
    }

    private string In(string name) => Path.Combine(_folder.Path, name);

    private static Dictionary<string, string> NoMetadata => [];

    private string WriteSample()
    {
        string path = In("sample.safetensors");
        SafeTensors.Write(path, [SafeTensors.FromFloat32("fc.weight", [1, 2], [1, 2]), SafeTensors.FromFloat32("fc.bias", [1], [3])],
            new Dictionary<string, string> { ["license"] = "MIT" });
        return path;
    }
}
