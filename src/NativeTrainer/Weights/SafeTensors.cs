using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using NativeTrainer.Imaging;

namespace NativeTrainer.Weights;

/// <summary>
/// A safetensors file opened for reading: 8 bytes of little-endian header length, a JSON header, then the tensors' data.
/// The header is checked when the file is opened; data is read tensor by tensor when asked for. Safe for concurrent reads.
/// </summary>
public sealed class SafeTensors : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly long _dataStart;
    private readonly Dictionary<string, SafeTensorsHeader.Placed> _byName;

    private SafeTensors(string path, SafeFileHandle file)
    {
        (FilePath, _file) = (path, file);
        long length = RandomAccess.GetLength(file);
        var prefix = new byte[8];
        if (length < 8) throw new UserException($"{path}: not a safetensors file: it has only {length} bytes.");
        ReadExactly(prefix, 0, "the header");
        GitLfsPointer.Refuse(path, prefix);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > SafeTensorsHeader.MaxLength)
            throw new UserException($"{path}: not a safetensors file (it starts with an impossible header length). Convert ONNX files with 'nativetrainer convert'.");
        _dataStart = 8 + (long)headerLength;
        if (_dataStart > length)
            throw new UserException($"{path}: truncated: the header needs {_dataStart} bytes, the file has {length}. Fetch or convert it again.");
        var header = new byte[headerLength];
        ReadExactly(header, 8, "the header");
        (var tensors, var metadata) = SafeTensorsHeader.Parse(path, header, length - _dataStart);
        Metadata = metadata;
        Tensors = tensors.ConvertAll(placed => placed.Entry);
        _byName = tensors.ToDictionary(placed => placed.Entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The path as it was given; errors start with it.</summary>
    public string FilePath { get; }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<TensorEntry> Tensors { get; }

    /// <summary>The file's <c>__metadata__</c>; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="UserException">The file is missing, unreadable, truncated or not safetensors.</exception>
    public static SafeTensors Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path);
            return new SafeTensors(path, file);
        }
        catch (Exception error)
        {
            file?.Dispose();
            throw error switch
            {
                FileNotFoundException or DirectoryNotFoundException => new UserException($"{path}: no such file.", error),
                UnauthorizedAccessException when Directory.Exists(path) => new UserException($"{path}: this is a folder; a safetensors file is needed.", error),
                IOException or UnauthorizedAccessException => new UserException($"{path}: cannot be read ({error.Message.TrimEnd('.')}).", error),
                _ => error,
            };
        }
    }

    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <exception cref="UserException">There is no tensor of that name.</exception>
    public TensorEntry this[string name] => Find(name).Entry;

    /// <summary>A tensor as float32, in row-major order. F16, BF16 and F64 are converted (F64 rounds to nearest).</summary>
    /// <exception cref="UserException">There is no such tensor, or it does not hold floating-point numbers.</exception>
    public float[] ReadFloat32(string name)
    {
        var entry = Find(name).Entry;
        if (entry.Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.F64))
            throw new UserException($"{FilePath}: tensor {name} has the dtype {entry.Type}; floating-point numbers are needed.");
        if (entry.Type == TensorType.F32) return Read<float>(name, TensorType.F32);
        var values = new float[CheckedCount(entry)];
        switch (entry.Type)
        {
            case TensorType.F16:
                TensorPrimitives.ConvertToSingle(Read<Half>(name, TensorType.F16), values);
                break;
            case TensorType.BF16:
                var upper = Read<ushort>(name, TensorType.BF16);
                for (int i = 0; i < upper.Length; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                break;
            default:
                var wide = Read<double>(name, TensorType.F64);
                for (int i = 0; i < wide.Length; i++) values[i] = (float)wide[i];
                break;
        }
        return values;
    }

    /// <exception cref="UserException">There is no such tensor, or its dtype is not I64.</exception>
    public long[] ReadInt64(string name) => Read<long>(name, TensorType.I64);

    /// <exception cref="UserException">There is no such tensor, or its dtype is not I32.</exception>
    public int[] ReadInt32(string name) => Read<int>(name, TensorType.I32);

    /// <summary>A tensor's data as it lies in the file, whatever its type.</summary>
    /// <exception cref="UserException">There is no such tensor.</exception>
    public byte[] ReadBytes(string name)
    {
        var placed = Find(name);
        var bytes = new byte[CheckedCount(placed.Entry) * placed.Entry.Type.SizeInBytes()];
        ReadExactly(bytes, _dataStart + placed.Begin, name);
        return bytes;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Writes a file atomically: the old content stays until the new one is complete on the disk.</summary>
    /// <exception cref="UserException">The folder is missing or not writable, or the disk is full.</exception>
    /// <exception cref="ArgumentException">Two tensors share a name, or data and shape disagree.</exception>
    public static void Write(string path, IReadOnlyList<TensorData> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (entry, data) in tensors)
        {
            if (!names.Add(entry.Name)) throw new ArgumentException($"two tensors are named {entry.Name}");
            if (data.Length != entry.Bytes) throw new ArgumentException($"tensor {entry.Name} needs {entry.Bytes} bytes, {data.Length} are given");
        }
        byte[] header = SafeTensorsHeader.Write([.. tensors.Select(tensor => tensor.Entry)], metadata);
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(prefix);
            stream.Write(header);
            foreach (var (_, data) in tensors) stream.Write(data.Span);
        });
    }

    /// <summary>A float32 tensor to write; the array is copied.</summary>
    public static TensorData FromFloat32(string name, IReadOnlyList<int> shape, ReadOnlySpan<float> data) => From(name, TensorType.F32, shape, data);

    /// <summary>A 64-bit integer tensor to write; the array is copied.</summary>
    public static TensorData FromInt64(string name, IReadOnlyList<int> shape, ReadOnlySpan<long> data) => From(name, TensorType.I64, shape, data);

    /// <summary>A 32-bit integer tensor to write; the array is copied.</summary>
    public static TensorData FromInt32(string name, IReadOnlyList<int> shape, ReadOnlySpan<int> data) => From(name, TensorType.I32, shape, data);

    /// <summary>A tensor of bytes to write; the array is copied.</summary>
    public static TensorData FromBytes(string name, IReadOnlyList<int> shape, ReadOnlySpan<byte> data) => From(name, TensorType.U8, shape, data);

    private static TensorData From<T>(string name, TensorType type, IReadOnlyList<int> shape, ReadOnlySpan<T> data)
        where T : unmanaged => new(new TensorEntry(name, type, shape), MemoryMarshal.AsBytes(data).ToArray());

    private SafeTensorsHeader.Placed Find(string name) => _byName.TryGetValue(name, out var placed)
        ? placed
        : throw new UserException($"{FilePath}: there is no tensor named {name}.");

    private int CheckedCount(TensorEntry entry) => entry.Bytes <= Array.MaxLength
        ? (int)entry.Count
        : throw new UserException($"{FilePath}: tensor {entry.Name} has {entry.Bytes} bytes; a tensor of at most {Array.MaxLength} bytes can be read.");

    private T[] Read<T>(string name, TensorType type)
        where T : unmanaged
    {
        var placed = Find(name);
        if (placed.Entry.Type != type) throw new UserException($"{FilePath}: tensor {name} has the dtype {placed.Entry.Type}; {type} is needed.");
        var values = new T[CheckedCount(placed.Entry)];
        ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()), _dataStart + placed.Begin, name);
        return values;
    }

    private void ReadExactly(Span<byte> target, long offset, string what)
    {
        while (target.Length > 0)
        {
            int read = RandomAccess.Read(_file, target, offset);
            if (read == 0) throw new UserException($"{FilePath}: the file ends inside {what}; it was changed or truncated while being read.");
            target = target[read..];
            offset += read;
        }
    }
}
