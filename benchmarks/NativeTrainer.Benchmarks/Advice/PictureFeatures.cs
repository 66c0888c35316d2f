using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>Pooled features of pictures by a network that is loaded once.</summary>
internal sealed class PictureFeatures : IDisposable
{
    private const int Batch = 16;

    private readonly CpuDevice _device;
    private readonly ResNet _model;
    private readonly InferenceSession _session;
    private readonly Kernels.Arena _arena;
    private readonly int _size, _threads;
    private readonly double _cropRatio;

    public PictureFeatures(string weights, int size, int threads)
    {
        var loaded = ModelFile.Load(weights);
        (_size, _threads, _cropRatio) = (size, threads, loaded.Spec.Preprocessing.CropRatio);
        _device = new CpuDevice(threads);
        _model = ModelTransfer.Load(weights, loaded, _device, default);
        _session = new InferenceSession(_model, size, Batch, InferenceOutput.Features);
        _arena = _device.Allocate(_session.ArenaBytes);
        _session.Bind(_arena);
    }

    /// <returns>(samples, width).</returns>
    public float[] Of(IReadOnlyList<Sample> samples)
    {
        using var source = BatchSource.Eval(samples, _size, _cropRatio, new BatchOptions { BatchSize = Batch, Threads = _threads, Strict = true });
        source.Prepare();
        return _session.Run(source);
    }

    public void Dispose()
    {
        _session.Dispose();
        _arena.Dispose();
        _model.Dispose();
        _device.Dispose();
    }
}
