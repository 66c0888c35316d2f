using System.Runtime.InteropServices;
using System.Text;
using NativeTrainer.Imaging;

namespace NativeTrainer.Weights.Onnx;

/// <summary>
/// ONNX Runtime where a machine has it, called through its C interface: a table of functions whose order never changes (onnxruntime_c_api.h, struct OrtApi).
/// Nothing of it is part of this program.
/// </summary>
internal sealed unsafe class OnnxRuntimeLibrary
{
    // The interface of ONNX Runtime 1.12, the first that reads opset 17.
    private const uint ApiVersion = 12;

    private const string Name = "onnxruntime";

    private readonly void** _functions;

    private OnnxRuntimeLibrary(string version, void** functions)
    {
        Version = version;
        _functions = functions;
    }

    /// <summary>Places in the table.</summary>
    internal enum Function
    {
        GetErrorMessage = 2, CreateEnv = 3, CreateSessionFromArray = 8, Run = 9, CreateSessionOptions = 10, SetSessionLogSeverityLevel = 22, SetIntraOpNumThreads = 24,
        CreateTensorWithData = 49, GetTensorMutableData = 51, GetTensorShapeElementCount = 64, GetTensorTypeAndShape = 65, CreateCpuMemoryInfo = 69,
        ReleaseEnv = 92, ReleaseStatus = 93, ReleaseMemoryInfo = 94, ReleaseSession = 95, ReleaseValue = 96, ReleaseTensorTypeAndShape = 99, ReleaseSessionOptions = 100,
    }

    public string Version { get; }

    /// <param name="path">The library, or its folder; null asks the system's loader.</param>
    /// <returns>Null where none was named and the loader finds none.</returns>
    /// <exception cref="UserException">What was named cannot be used.</exception>
    public static OnnxRuntimeLibrary? Find(string? path)
    {
        if (path is null) return NativeLibrary.TryLoad(Name, typeof(OnnxRuntimeLibrary).Assembly, null, out nint found) ? Open(found) : null;
        string file = Directory.Exists(path) ? InFolder(path) : path;
        if (!File.Exists(file)) throw new UserException($"--onnxruntime {path}: there is no such file or folder; give ONNX Runtime's library, such as libonnxruntime.so");
        return NativeLibrary.TryLoad(Path.GetFullPath(file), out nint library) && Open(library) is { } runtime ? runtime
            : throw new UserException($"--onnxruntime {file}: cannot be loaded as ONNX Runtime 1.12 or later for this machine");
    }

    public void* Call(Function function) => _functions[(int)function];

    /// <exception cref="OnnxRuntimeRefusal">The call failed.</exception>
    public void Check(void* status)
    {
        if (status is null) return;
        string reason = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<void*, byte*>)Call(Function.GetErrorMessage))(status)) ?? "no reason given";
        Release(Function.ReleaseStatus, status);
        throw new OnnxRuntimeRefusal($"ONNX Runtime {Version} refuses the file: {reason.ReplaceLineEndings(" ")}");
    }

    public void Release(Function release, void* what)
    {
        if (what is not null) ((delegate* unmanaged<void*, void>)Call(release))(what);
    }

    private static string InFolder(string folder)
        => Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) is var name && (name.StartsWith($"lib{Name}.", StringComparison.Ordinal) || name == $"{Name}.dll")).Order(StringComparer.Ordinal).FirstOrDefault()
            ?? throw new UserException($"--onnxruntime {folder}: has no library of ONNX Runtime, such as libonnxruntime.so; give its own folder");

    // OrtApiBase { const OrtApi* GetApi(uint32_t version); const char* GetVersionString(); }
    private static OnnxRuntimeLibrary? Open(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out nint start)) return null;
        void** table = ((delegate* unmanaged<void**>)start)();
        void** functions = ((delegate* unmanaged<uint, void**>)table[0])(ApiVersion);
        string version = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)table[1])()) ?? "";
        return functions is null ? null : new OnnxRuntimeLibrary(version, functions);
    }

    /// <summary>A name as the C interface takes it.</summary>
    internal static byte[] CString(string text) => Encoding.UTF8.GetBytes($"{text}\0");
}

/// <summary>ONNX Runtime's reason for not running a file.</summary>
internal sealed class OnnxRuntimeRefusal(string reason) : Exception(reason);
