using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Augmentation;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Training;

namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>The way of training pictures from JPEG files to the network's input, as a run takes it where nothing is cached.</summary>
internal sealed class OwnPictures : IThroughputTarget
{
    private const double StoreFactor = 1.15; // of a run

    private static readonly AugmentationOptions Options = new()
    {
        CropScale = new(ThroughputWork.CropArea, 1),
        CropRatio = new(1 / ThroughputWork.CropRatio, ThroughputWork.CropRatio),
        HorizontalFlip = 0.5f,
        Brightness = ThroughputWork.Jitter,
        Contrast = ThroughputWork.Jitter,
        Saturation = ThroughputWork.Jitter,
    };

    private readonly ThroughputWork _work;
    private readonly Device _device;
    private readonly Augment _augment;
    private readonly BatchSource _source;
    private readonly Sampler _sampler;
    private readonly SourceBatch _staging;
    private readonly AugmentationParameters[] _parameters;
    private readonly Arena _arena;
    private readonly TensorView _images;
    private IEnumerator<Batch> _batches;
    private int _epoch;

    public OwnPictures(ThroughputWork work)
    {
        _work = work;
        Sample[] samples = [.. work.Files().Select(file => new Sample(file, 0))];
        _source = BatchSource.Train(samples, (int)Math.Round(work.Size * StoreFactor), new BatchOptions { BatchSize = work.Batch, Threads = work.Threads, CacheBytes = 0 });
        _source.Prepare();
        _sampler = new Sampler([.. _source.Samples.Select(s => s.Label)], SamplingKind.Shuffle, seed: 1);
        _device = Device.Open("cpu", work.Threads);
        _augment = Augment.Plan(_device, work.Batch, work.Size, ThroughputWork.Mean, ThroughputWork.Std);
        _staging = new SourceBatch(_device, work.Batch, _source.LargestImagePixels);
        _parameters = new AugmentationParameters[work.Batch];
        var shape = new Shape(work.Batch, work.Size, work.Size, 3);
        _arena = _device.Allocate(shape.Count * sizeof(float));
        _images = _arena.View(0, shape, DType.Float32);
        _batches = _source.Epoch(_sampler.Order(_epoch)).GetEnumerator();
    }

    public string Description => $"NativeTrainer, float32, {_device.Description}";

    public double FlopsPerStep => 0;

    public void Step()
    {
        while (!_batches.MoveNext() || _batches.Current.Count < _work.Batch)
        {
            _batches.Dispose();
            _batches = _source.Epoch(_sampler.Order(++_epoch)).GetEnumerator();
        }
        var batch = _batches.Current;
        _staging.Begin();
        for (int i = 0; i < batch.Count; i++)
        {
            var image = batch.Images[i];
            _staging.Set(i, image.Pixels, image.Width, image.Height);
            _parameters[i] = AugmentationSampler.For(Options, 1, _epoch, batch.SampleIndices[i], image.Width, image.Height, _work.Size);
        }
        _staging.Send();
        _augment.Run(_staging, _parameters, _images);
    }

    public void Dispose()
    {
        _batches.Dispose();
        _source.Dispose();
        _staging.Dispose();
        _augment.Dispose();
        _arena.Dispose();
        _device.Dispose();
    }
}
