using System.Text;
using Google.Protobuf;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Training;

public sealed class RunFolderEventsTests
{
    // RFC 3720, appendix B.4.
    [Fact]
    public void Crc32CAgreesWithPublishedVectors()
    {
        byte[] ascending = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        Assert.Equal(0xE3069283u, RunFolderEvents.Crc32C(Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0x8A9136AAu, RunFolderEvents.Crc32C(new byte[32]));
        Assert.Equal(0x62A8AB43u, RunFolderEvents.Crc32C([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(0x46DD794Eu, RunFolderEvents.Crc32C(ascending));
    }

    // Event files that TensorFlow writes begin with the bytes 18 00 00 00 00 00 00 00 a3 7f 4b 22 09: the length 24, its masked checksum, the first key.
    [Fact]
    public void TheHeaderHasTensorFlowsLayout()
    {
        byte[] header = RunFolderEvents.Header(1234.5);

        Assert.Equal(24, BitConverter.ToInt64(header, 0));
        Assert.Equal(0x224B7FA3u, BitConverter.ToUInt32(header, 8));
        Assert.Equal((byte[])[0x09, .. BitConverter.GetBytes(1234.5), 0x1A, 13, .. "brain.Event:2"u8], header[12..36]);
    }

    [Fact]
    public void ScalarsReadBack()
    {
        byte[] frame = RunFolderEvents.Scalars(10.25, 7, [("loss/train", 0.5f), ("learning_rate/fc", 1e-3f)]);

        Assert.True(RunFolderEvents.TryReadFrame(frame, out var message, out int length));
        Assert.Equal(frame.Length, length);
        var (wallTime, step, scalars) = Read(message);
        Assert.Equal((10.25, 7), (wallTime, step));
        Assert.Equal([("loss/train", 0.5f), ("learning_rate/fc", 1e-3f)], scalars);
    }

    [Fact]
    public void AnyFlippedBitIsFound()
    {
        byte[] frame = RunFolderEvents.Scalars(1, 1, [("a", 1)]);
        for (int bit = 0; bit < frame.Length * 8; bit++)
        {
            byte[] damaged = [.. frame];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(RunFolderEvents.TryReadFrame(damaged, out _, out _), $"bit {bit}");
        }
    }

    [Fact]
    public void CuttingKeepsEarlierStepsAndDropsATornTail()
    {
        byte[] header = RunFolderEvents.Header(0), one = RunFolderEvents.Scalars(1, 1, [("a", 1)]), two = RunFolderEvents.Scalars(2, 2, [("a", 2)]);
        byte[] file = [.. header, .. one, .. two];

        Assert.Equal((byte[])[.. header, .. one], RunFolderEvents.Before(file, 2).ToArray());
        Assert.Equal((byte[])[.. header, .. one], RunFolderEvents.Before(file.AsSpan(..^1), 9).ToArray());
        Assert.Equal(header, RunFolderEvents.Before(file, 1).ToArray());
        Assert.Equal([], RunFolderEvents.Before([1, 2, 3], 1).ToArray());
    }

    internal static (double WallTime, long Step, List<(string, float)> Scalars) Read(ReadOnlySpan<byte> message)
    {
        var input = new CodedInputStream(message.ToArray());
        (double wallTime, long step, var scalars) = (0, 0L, new List<(string, float)>());
        for (uint key = input.ReadTag(); key != 0; key = input.ReadTag())
        {
            switch (WireFormat.GetTagFieldNumber(key))
            {
                case 1: wallTime = input.ReadDouble(); break;
                case 2: step = input.ReadInt64(); break;
                case 5:
                    var summary = input.ReadBytes().CreateCodedInput();
                    while (summary.ReadTag() == 0x0A) scalars.Add(ReadScalar(summary.ReadBytes().CreateCodedInput()));
                    break;
                default: input.SkipLastField(); break;
            }
        }
        return (wallTime, step, scalars);
    }

    private static (string, float) ReadScalar(CodedInputStream value)
    {
        Assert.Equal(0x0Au, value.ReadTag());
        string tag = value.ReadString();
        Assert.Equal(0x15u, value.ReadTag());
        return (tag, value.ReadFloat());
    }
}
