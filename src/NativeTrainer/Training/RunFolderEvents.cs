using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;

namespace NativeTrainer.Training;

/// <summary>
/// TensorBoard event files: TFRecord frames (tensorflow/core/lib/io/record_writer.h) around Event messages (tensorflow/core/util/event.proto).
/// Frame: length (8 bytes, little endian), masked CRC-32C of the length, the message, masked CRC-32C of the message.
/// </summary>
internal static class RunFolderEvents
{
    private const int LengthBytes = 8, CrcBytes = 4;

    // Field numbers of Event, Summary and Summary.Value.
    private const int WallTime = 1, Step = 2, FileVersion = 3, EventSummary = 5, SummaryValue = 1, Tag = 1, SimpleValue = 2;

    /// <summary>The frame that opens every event file.</summary>
    public static byte[] Header(double wallTime) => Frame(Message(output =>
    {
        Key(output, WallTime, WireFormat.WireType.Fixed64).WriteDouble(wallTime);
        Key(output, FileVersion, WireFormat.WireType.LengthDelimited).WriteString("brain.Event:2");
    }));

    /// <summary>One frame with scalars of one step.</summary>
    /// <param name="wallTime">Seconds since 1970.</param>
    public static byte[] Scalars(double wallTime, long step, IEnumerable<(string Tag, float Value)> scalars)
    {
        byte[] summary = Message(output =>
        {
            foreach (var (tag, value) in scalars)
                Key(output, SummaryValue, WireFormat.WireType.LengthDelimited).WriteBytes(ByteString.CopyFrom(Scalar(tag, value)));
        });
        return Frame(Message(output =>
        {
            Key(output, WallTime, WireFormat.WireType.Fixed64).WriteDouble(wallTime);
            Key(output, Step, WireFormat.WireType.Varint).WriteInt64(step);
            Key(output, EventSummary, WireFormat.WireType.LengthDelimited).WriteBytes(ByteString.CopyFrom(summary));
        }));
    }

    /// <summary>The leading frames of a file that are whole and of steps before <paramref name="step"/>; a torn tail is left out.</summary>
    public static ReadOnlySpan<byte> Before(ReadOnlySpan<byte> file, long step)
    {
        int end = 0;
        while (TryReadFrame(file[end..], out var message, out int length) && StepOf(message) < step) end += length;
        return file[..end];
    }

    /// <param name="length">Bytes of the whole frame.</param>
    /// <returns>Whether the span starts with a whole frame whose checksums agree.</returns>
    public static bool TryReadFrame(ReadOnlySpan<byte> file, out ReadOnlySpan<byte> message, out int length)
    {
        const int head = LengthBytes + CrcBytes;
        message = default;
        length = 0;
        if (file.Length < head || BinaryPrimitives.ReadUInt32LittleEndian(file[LengthBytes..]) != MaskedCrc32C(file[..LengthBytes])) return false;
        ulong bytes = BinaryPrimitives.ReadUInt64LittleEndian(file);
        if (file.Length < head + CrcBytes || bytes > (ulong)(file.Length - head - CrcBytes)) return false;
        message = file.Slice(head, (int)bytes);
        length = head + (int)bytes + CrcBytes;
        return BinaryPrimitives.ReadUInt32LittleEndian(file[(length - CrcBytes)..]) == MaskedCrc32C(message);
    }

    /// <summary>CRC-32C (Castagnoli, RFC 3720 B.4).</summary>
    public static uint Crc32C(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    /// <summary>The mask keeps a checksum of data that holds checksums from degenerating (tensorflow/core/lib/hash/crc32c.h).</summary>
    private static uint MaskedCrc32C(ReadOnlySpan<byte> data) => BitOperations.RotateRight(Crc32C(data), 15) + 0xa282ead8u;

    private static byte[] Scalar(string tag, float value) => Message(output =>
    {
        Key(output, Tag, WireFormat.WireType.LengthDelimited).WriteString(tag);
        Key(output, SimpleValue, WireFormat.WireType.Fixed32).WriteFloat(value);
    });

    private static long StepOf(ReadOnlySpan<byte> message)
    {
        var input = new CodedInputStream(message.ToArray());
        for (uint key = input.ReadTag(); key != 0; key = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(key) == Step) return input.ReadInt64();
            input.SkipLastField();
        }
        return -1; // the header
    }

    private static CodedOutputStream Key(CodedOutputStream output, int field, WireFormat.WireType type)
    {
        output.WriteTag(field, type);
        return output;
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true)) write(output);
        return buffer.ToArray();
    }

    private static byte[] Frame(byte[] message)
    {
        var frame = new byte[LengthBytes + CrcBytes + message.Length + CrcBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(frame, (ulong)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(LengthBytes), MaskedCrc32C(frame.AsSpan(0, LengthBytes)));
        message.CopyTo(frame, LengthBytes + CrcBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(frame.Length - CrcBytes), MaskedCrc32C(message));
        return frame;
    }
}
