using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Models;

namespace NativeTrainer.Advice.Augmentations;

/// <summary>Pictures of the network's size to the features of its frozen backbone.</summary>
internal sealed class NetworkFeatures : IDisposable
{
    private readonly int _size;
    private readonly InferenceSession _session;
    private readonly Arena _arena;

    public NetworkFeatures(ResNet model, int size, int batch)
    {
        _size = size;
        _session = new InferenceSession(model, size, batch, InferenceOutput.Features);
        _arena = model.Device.Allocate(_session.ArenaBytes);
        _session.Bind(_arena);
    }

    /// <param name="pictures">Each <c>size</c> × <c>size</c>.</param>
    /// <returns>(pictures, F), row-major.</returns>
    public float[] Of(IReadOnlyList<RgbImage> pictures)
    {
        int bytes = _size * _size * 3, width = _session.Width;
        var features = new float[pictures.Count * width];
        var pixels = new byte[_session.Batch * bytes];
        for (int start = 0; start < pictures.Count; start += _session.Batch)
        {
            int count = Math.Min(_session.Batch, pictures.Count - start);
            for (int i = 0; i < count; i++) pictures[start + i].Pixels.CopyTo(pixels, i * bytes);
            _session.RunBatch(pixels, count, features.AsSpan(start * width));
        }
        return features;
    }

    public void Dispose()
    {
        _session.Dispose();
        _arena.Dispose();
    }
}
