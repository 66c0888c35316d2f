using static NativeTrainer.Weights.Onnx.OnnxRuntimeLibrary;

namespace NativeTrainer.Weights.Onnx;

/// <summary>An ONNX file in ONNX Runtime, on the processor.</summary>
internal sealed unsafe class OnnxRuntimeSession : IDisposable
{
    private const int Errors = 3, ArenaAllocator = 1, DefaultMemory = 0;

    private readonly OnnxRuntimeLibrary _library;
    private void* _environment, _options, _session, _memory;

    /// <exception cref="OnnxRuntimeRefusal">ONNX Runtime does not take the file.</exception>
    public OnnxRuntimeSession(OnnxRuntimeLibrary library, byte[] file, int threads)
    {
        _library = library;
        try
        {
            void* made;
            fixed (byte* name = CString("nativetrainer")) Check(((delegate* unmanaged<int, byte*, void**, void*>)Of(Function.CreateEnv))(Errors, name, &made));
            _environment = made;
            Check(((delegate* unmanaged<void**, void*>)Of(Function.CreateSessionOptions))(&made));
            _options = made;
            Check(((delegate* unmanaged<void*, int, void*>)Of(Function.SetSessionLogSeverityLevel))(_options, Errors));
            Check(((delegate* unmanaged<void*, int, void*>)Of(Function.SetIntraOpNumThreads))(_options, threads));
            fixed (byte* bytes = file) Check(((delegate* unmanaged<void*, void*, nuint, void*, void**, void*>)Of(Function.CreateSessionFromArray))(_environment, bytes, (nuint)file.Length, _options, &made));
            _session = made;
            Check(((delegate* unmanaged<int, int, void**, void*>)Of(Function.CreateCpuMemoryInfo))(ArenaAllocator, DefaultMemory, &made));
            _memory = made;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>One output for one input.</summary>
    /// <param name="values">float32 or uint8.</param>
    /// <param name="count">Values that the output has.</param>
    public float[] Run<T>(string input, T[] values, long[] shape, string output, int count) where T : unmanaged
    {
        var element = typeof(T) == typeof(byte) ? OnnxElement.UInt8 : OnnxElement.Float;
        void* tensor = null, result = null, form = null;
        try
        {
            fixed (T* data = values)
            fixed (long* dims = shape)
            fixed (byte* inputName = CString(input), outputName = CString(output))
            {
                Check(((delegate* unmanaged<void*, void*, nuint, long*, nuint, int, void**, void*>)Of(Function.CreateTensorWithData))(_memory, data, (nuint)values.Length * (nuint)sizeof(T), dims, (nuint)shape.Length, (int)element, &tensor));
                byte* from = inputName, to = outputName;
                Check(((delegate* unmanaged<void*, void*, byte**, void**, nuint, byte**, nuint, void**, void*>)Of(Function.Run))(_session, null, &from, &tensor, 1, &to, 1, &result));
            }
            nuint given;
            float* numbers;
            Check(((delegate* unmanaged<void*, void**, void*>)Of(Function.GetTensorTypeAndShape))(result, &form));
            Check(((delegate* unmanaged<void*, nuint*, void*>)Of(Function.GetTensorShapeElementCount))(form, &given));
            if (given != (nuint)count) throw new OnnxRuntimeRefusal($"ONNX Runtime {_library.Version} gives {given} values where {count} are expected");
            Check(((delegate* unmanaged<void*, float**, void*>)Of(Function.GetTensorMutableData))(result, &numbers));
            return new ReadOnlySpan<float>(numbers, count).ToArray();
        }
        finally
        {
            _library.Release(Function.ReleaseTensorTypeAndShape, form);
            _library.Release(Function.ReleaseValue, result);
            _library.Release(Function.ReleaseValue, tensor);
        }
    }

    public void Dispose()
    {
        _library.Release(Function.ReleaseMemoryInfo, _memory);
        _library.Release(Function.ReleaseSession, _session);
        _library.Release(Function.ReleaseSessionOptions, _options);
        _library.Release(Function.ReleaseEnv, _environment);
        _memory = _session = _options = _environment = null;
    }

    private void* Of(Function function) => _library.Call(function);

    private void Check(void* status) => _library.Check(status);
}
